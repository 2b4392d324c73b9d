from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.forms.customers import ReplyForm
from tickets.states import (
    AFTER_A_REPLY,
    MOST_CHARACTERS,
    Priority,
    TicketState,
)

_AFTER_A_REPLY = [(state, TicketState(state).label) for state in AFTER_A_REPLY]


class StaffReplyForm(ReplyForm):
    """An agent's answer: where it leaves the ticket, and which state of the conversation it was written on."""

    leaves = forms.ChoiceField(choices=_AFTER_A_REPLY, required=False)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_leaves(self) -> str:
        return self.cleaned_data["leaves"] or TicketState.WAITING


class NoteForm(forms.Form):
    body = forms.CharField(
        label=_("Internal note"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4})
    )


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AssignForm(forms.Form):
    assignee = forms.ModelChoiceField(
        label=_("Assignee"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["assignee"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        works_on_tickets = Q(groups__permissions__codename="change_ticket") | Q(is_superuser=True)
        field.queryset = User.objects.staff().filter(works_on_tickets).distinct().order_by("name", "email")
