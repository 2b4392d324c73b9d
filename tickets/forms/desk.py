from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.actions import Order, Words
from tickets.forms.customers import ReplyForm
from tickets.models import Macro, Tag, Ticket
from tickets.states import (
    AFTER_A_REPLY,
    MOST_CHARACTERS,
    BulkAct,
    Priority,
    TicketState,
)

_AFTER_A_REPLY = [(state, TicketState(state).label) for state in AFTER_A_REPLY]


class StaffReplyForm(ReplyForm):
    """An agent's answer: where it leaves the ticket, and which state of the conversation it was written on."""

    body = forms.CharField(max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5, "data-key": "r"}))
    leaves = forms.ChoiceField(choices=_AFTER_A_REPLY, required=False)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    macro = forms.ModelChoiceField(queryset=Macro.objects.all(), required=False, widget=forms.HiddenInput)
    key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean_leaves(self) -> str:
        return self.cleaned_data["leaves"] or TicketState.WAITING

    def words(self) -> Words:
        """What is to be sent, of a valid form."""
        given = self.cleaned_data
        return Words(given["body"], given["leaves"], given["macro"], given["seen"], given["key"])


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Internal note"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4})
    )


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Priority.choices, widget=forms.Select(attrs={"data-key": "p"})
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AssignForm(forms.Form):
    assignee = forms.ModelChoiceField(
        label=_("Assignee"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        widget=forms.Select(attrs={"data-key": "a"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["assignee"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        field.queryset = User.objects.staff().who_may("tickets.change_ticket").order_by("name", "email")


class TagsForm(forms.Form):
    """Which tags stand on a ticket. `had` are those that the page showed as set."""

    tags = forms.ModelMultipleChoiceField(
        label=_("Tags"), queryset=Tag.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    had = forms.ModelMultipleChoiceField(queryset=Tag.objects.all(), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        self.present = list(ticket.tags.all())
        present = [tag.pk for tag in self.present]
        super().__init__(*args, **{"initial": {"tags": present, "had": present}, **options})
        field = self.fields["tags"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  # tells the type checker
        field.queryset = Tag.objects.filter(Q(is_active=True) | Q(pk__in=present))
        if not self.is_bound:  # looked up once for the page
            self.offered = [(tag.pk, tag.name) for tag in field.queryset]
            field.choices = self.offered

    @property
    def added(self) -> list[Tag]:
        return [tag for tag in self.cleaned_data["tags"] if tag not in set(self.cleaned_data["had"])]

    @property
    def dropped(self) -> list[Tag]:
        return [tag for tag in self.cleaned_data["had"] if tag not in set(self.cleaned_data["tags"])]


class SnoozeForm(forms.Form):
    """A moment as the agent's own clock shows it."""

    until = forms.DateTimeField(
        label=_("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "data-key": "z"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Choose a moment."), "invalid": _("Choose a moment.")},
    )


class MergeForm(forms.Form):
    number = forms.IntegerField(
        label=_("Into ticket number"),
        min_value=1,
        max_value=2**63 - 1,
        widget=forms.NumberInput(attrs={"data-key": "g"}),
    )
    keeps_internal = forms.BooleanField(
        label=_("It belongs to another customer: keep its messages for staff alone"), required=False
    )


class BulkForm(AssignForm):
    """What is done to the tickets that were ticked in the queue."""

    field_order = ("act", "assignee", "priority", "tag")
    act = forms.ChoiceField(label=_("Do"), choices=[("", "–"), *BulkAct.choices])
    priority = forms.ChoiceField(label=_("Priority"), choices=[("", "–"), *Priority.choices], required=False)
    tag = forms.ModelChoiceField(label=_("Tag"), queryset=Tag.objects.offered(), required=False, empty_label="–")
    ticket = forms.ModelMultipleChoiceField(
        queryset=Ticket.objects.all(),
        widget=forms.MultipleHiddenInput,
        error_messages={"required": _("Tick the tickets first.")},
    )

    def order(self) -> Order:
        given = self.cleaned_data
        return Order(act=given["act"], assignee=given["assignee"], priority=given["priority"], tag=given["tag"])
