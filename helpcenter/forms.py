from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpcenter.actions import Ballot
from helpcenter.answers import MOST_CHARACTERS
from helpcenter.models import Article
from helpcenter.search import Asked
from helpcenter.states import VoteReason
from portal.accounts.models import User
from portal.web.forms import BoundedFile


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


class FolderForm(forms.Form):
    """A ZIP file that is not too large."""

    folder = BoundedFile("HELP_ZIP_LIMITS", "import_articles", label=_("ZIP file"))


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


class Moment(forms.DateTimeField):
    """Day and time in the reader's zone, by the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class WindowForm(forms.Form):
    """When an article is shown."""

    begins = Moment(label=_("From"), required=False, help_text=_("In your time zone; empty: now."))
    ends = Moment(label=_("Until"), required=False, help_text=_("In your time zone; empty: for good."))


class DecisionForm(forms.Form):
    """What a reviewer says."""

    said = forms.CharField(label=_("Your words"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, needs_words: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["said"].required = needs_words


class SuccessorForm(forms.Form):
    """Where readers of an archived article are led."""

    successor = forms.ModelChoiceField(
        Article.objects.none(), label=_("Successor"), required=False, empty_label=_("None: it is gone")
    )

    def __init__(self, *args: Any, among: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        successor: Any = self.fields["successor"]
        successor.queryset = among.order_by("title", "pk")


class CareForm(forms.Form):
    """Who looks after an article and how often."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody"))
    review_every_days = forms.IntegerField(
        label=_("Review every (days)"), required=False, min_value=1, max_value=3650, help_text=_("Empty: never.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.staff().order_by("name", "pk")
