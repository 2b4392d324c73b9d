from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpcenter.actions import Ballot
from helpcenter.answers import MOST_CHARACTERS
from helpcenter.search import Asked
from helpcenter.states import VoteReason


class SearchForm(forms.Form):
    """What may stand in a search's address. Whatever else it holds is dropped, never an error."""

    q = forms.CharField(required=False, strip=True)
    category = forms.SlugField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=50)
    exact = forms.BooleanField(required=False)
    search = forms.CharField(required=False, max_length=22)  # on later pages: the search as it was noted

    def asked(self) -> Asked:
        self.is_valid()
        return Asked.of(self.cleaned_data.get("q", ""), is_literal=self.cleaned_data.get("exact", False))

    @property
    def noted(self) -> str:
        return self.cleaned_data.get("search", "") if self.page_number > 1 else ""

    @property
    def category_slug(self) -> str:
        return self.cleaned_data.get("category", "")

    @property
    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1


class VoteForm(forms.Form):
    vote = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])
    reason = forms.ChoiceField(
        label=_("What went wrong?"),
        choices=VoteReason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    comment = forms.CharField(
        label=_("What should we change?"),
        help_text=_("Please write no personal details; we cannot answer here."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def ballot(self, visitor: str) -> Ballot:
        """The ballot of a valid form."""
        given: dict[str, Any] = self.cleaned_data
        is_helpful = given["vote"] == "yes"
        return Ballot(visitor, is_helpful, "" if is_helpful else given["reason"], given["comment"])


class AskForm(forms.Form):
    """A question in the reader's own words; `conversation` names the one it goes on with."""

    question = forms.CharField(
        label=_("Your question"),
        max_length=MOST_CHARACTERS,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_CHARACTERS}),
        help_text=_("In English, in your own words. Please leave out passwords and personal details."),
        error_messages={
            "required": _("Write your question first, or go straight to a person."),
            "max_length": _("That is too long. Ask in a few sentences; a ticket takes longer texts."),
        },
    )
    conversation = forms.CharField(required=False, max_length=22, widget=forms.HiddenInput)


class SolvedForm(forms.Form):
    solved = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])
