from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.tokens import public_id
from tickets.actions import Split
from tickets.models import Message, Ticket
from tickets.states import MessageKind

_SHOWN = 120


class SplitForm(forms.Form):
    """Which messages become a ticket of their own."""

    messages = forms.TypedMultipleChoiceField(
        label=_("Messages"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the messages first.")},
    )
    takes_rest = forms.BooleanField(label=_("And all that follow the first one ticked"), required=False)
    subject = forms.CharField(label=_("Subject of the new ticket"), max_length=200, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"subject": ticket.subject, "key": public_id()}, **options})
        talk = Message.objects.filter(ticket=ticket).exclude(kind=MessageKind.SYSTEM).told()
        box = self.fields["messages"]
        assert isinstance(box, forms.ChoiceField)  # noqa: S101  # tells the type checker
        box.choices = [
            (one.pk, f"{one.author or _('The portal')}: {' '.join(one.body.split())[:_SHOWN]}") for one in talk
        ]

    def split(self) -> Split:
        given = self.cleaned_data
        return Split(given["messages"], given["takes_rest"], given["subject"], given["key"])
