"""Questions of one's own in forms: a form field for each definition, named so that no other field is met."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.models import FieldValue, Ticket, TicketField
from tickets.models.fields import LONGEST_TEXT
from tickets.states import FieldKind

_PREFIX = "field_"


def name_of(field: TicketField) -> str:
    return f"{_PREFIX}{field.pk}"


def question(field: TicketField, *, is_required: bool) -> forms.Field:
    """The form field that asks for it."""
    words: dict[str, Any] = {"label": field.name, "help_text": field.help_text, "required": is_required}
    if field.kind == FieldKind.CHOICE:
        empty = ("", _("Choose") if is_required else _("No answer"))  # nobody answers by leaving it as it stands
        return forms.ChoiceField(choices=[empty, *((one, one) for one in field.choices)], **words)
    if field.kind == FieldKind.NUMBER:
        return forms.DecimalField(max_digits=18, decimal_places=6, widget=_number_box(), **words)
    if field.kind == FieldKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **words)
    if field.kind == FieldKind.CHECKBOX:
        return forms.BooleanField(**words)
    return forms.CharField(max_length=LONGEST_TEXT, **words)


def _number_box() -> forms.Widget:
    return forms.NumberInput(attrs={"step": "any"})


def add_questions(form: forms.Form, fields: Iterable[TicketField], *, requires: bool = True) -> None:
    for field in fields:
        form.fields[name_of(field)] = question(field, is_required=requires and field.is_required)


def answers(form: forms.Form, fields: Iterable[TicketField]) -> Mapping[TicketField, Any]:
    """What a valid form answers, by definition."""
    return {field: form.cleaned_data[name_of(field)] for field in fields if name_of(field) in form.cleaned_data}


def _as_typed(value: FieldValue) -> Any:
    """A number without the zeros that its column adds."""
    return Decimal(value.shown) if value.kind == FieldKind.NUMBER else value.value


class FieldsForm(forms.Form):
    """The fields of a ticket as staff fill them in: those of its category, and others it has an answer to.

    Only what was changed on this page is handed on: what a colleague answered meanwhile stays.
    """

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        self.known = {one.field_id: one for one in FieldValue.objects.filter(ticket=ticket).select_related("field")}
        asked = list(TicketField.objects.live().of_category(ticket.category_id))
        others = [one.field for one in self.known.values() if one.field not in asked]
        self.asked = [*asked, *(field for field in others if not field.is_archived)]
        self.archived = [one for one in self.known.values() if one.field.is_archived]
        initial = {name_of(one.field): _as_typed(one) for one in self.known.values()}
        super().__init__(*args, **{"initial": initial, **options})
        add_questions(self, self.asked, requires=False)
        for one in self.known.values():
            self._offer_what_stands(one)

    def _offer_what_stands(self, value: FieldValue) -> None:
        """An answer that is no longer among the choices is not lost by leaving it as it is."""
        box = self.fields.get(name_of(value.field))
        if isinstance(box, forms.ChoiceField) and value.text not in value.field.choices:
            box.choices = [*box.choices, (value.text, value.text)]  # type: ignore[misc]  # the stubs know choices as a callable too

    def changes(self) -> Mapping[TicketField, Any]:
        return {
            field: value for field, value in answers(self, self.asked).items() if name_of(field) in self.changed_data
        }
