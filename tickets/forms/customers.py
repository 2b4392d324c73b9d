from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.lib.tokens import public_id
from tickets.actions import Filing
from tickets.forms.fields import add_questions, answers, name_of
from tickets.models import Category, TicketField
from tickets.states import (
    MOST_CHARACTERS,
    MOST_COMMENT_CHARACTERS,
    PRIORITY_OF_IMPACT,
    Channel,
    Impact,
    Score,
)

_LONGEST_ID = 22


class TicketForm(forms.Form):
    """What a customer hands in. The key names this rendering, so that a double submit files once."""

    organization = forms.ModelChoiceField(
        label=_("Organization"), queryset=Organization.objects.none(), empty_label=None
    )
    impact = forms.ChoiceField(
        label=_("How much does it hold you up?"),
        choices=Impact.choices,
        initial=Impact.HINDERED,
        widget=forms.RadioSelect,
    )
    category = forms.ModelChoiceField(
        label=_("What is it about?"), queryset=Category.objects.none(), required=False, empty_label=_("I am not sure")
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=150,
        help_text=_("One line, for example “Signals arrive ten minutes late since this morning”."),
    )
    body = forms.CharField(
        label=_("What happened?"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("What you did, what you saw, what you expected; error codes and signal numbers help."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)
    shown_articles = forms.CharField(widget=forms.HiddenInput, max_length=200, required=False)
    search = forms.CharField(widget=forms.HiddenInput, required=False)
    question = forms.CharField(widget=forms.HiddenInput, max_length=22, required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organizations = list(user.organizations.select_related("tier").order_by("name"))
        if len(self.organizations) < 2:
            del self.fields["organization"]
        else:
            self._offer("organization", self.organizations)
            self.fields["organization"].initial = self.organizations[0].pk
        self._offer("category", list(Category.objects.filter(is_active=True)))
        self._ask()
        self.fields["key"].initial = public_id

    def _ask(self) -> None:
        """The questions of one's own that the chosen category brings with it."""
        live = list(TicketField.objects.live().for_customers().prefetch_related("categories"))
        self.may_ask = any(field.categories.all() for field in live)
        chosen = str(self["category"].value() or "")
        self.asked = [
            one for one in live if chosen in [str(row.pk) for row in one.categories.all()] or not one.categories.all()
        ]
        add_questions(self, self.asked)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name_of(field)] for field in self.asked]

    def _offer(self, name: str, rows: list[Any]) -> None:
        """The choices, read once: the field would ask the database for each use."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        field.queryset = type(rows[0]).objects.filter(pk__in=[row.pk for row in rows]) if rows else field.queryset
        empty = [("", field.empty_label)] if field.empty_label else []
        field.choices = [*empty, *((row.pk, str(row)) for row in rows)]

    def chosen_organization(self, key: Any = None) -> Organization | None:
        """The organization that the ticket is for: the only one, the chosen one, else the first."""
        named = [organization for organization in self.organizations if str(organization.pk) == str(key)]
        return next(iter(named or self.organizations), None)

    def clean_shown_articles(self) -> list[int]:
        """Ids of articles that the page suggested meanwhile; nonsense is dropped."""
        words = self.cleaned_data["shown_articles"].split(",")
        return [int(word) for word in words if word.isdecimal() and len(word) < 10][:20]

    def clean_search(self) -> str:
        """The public id of the search that led here; nonsense is dropped."""
        named = self.cleaned_data["search"]
        return named if len(named) <= _LONGEST_ID else ""

    def filing(self) -> Filing:
        """What is to be filed, of a valid form."""
        given = self.cleaned_data
        return Filing(
            subject=given["subject"],
            body=given["body"],
            organization=given.get("organization") or self.chosen_organization(),
            category=given["category"],
            priority=PRIORITY_OF_IMPACT[given["impact"]],
            channel=Channel.WEB,
            key=given["key"],
            shown_articles=given["shown_articles"],
            search=given["search"],
            question=given["question"],
            answers=answers(self, self.asked),
        )


class ReplyForm(forms.Form):
    body = forms.CharField(label=_("Your answer"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5}))


class RateForm(forms.Form):
    """How good the solution is."""

    score = forms.TypedChoiceField(
        label=_("How satisfied are you with the solution?"),
        choices=list(reversed(Score.choices)),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )
    comment = forms.CharField(
        label=_("Anything to add?"),
        required=False,
        max_length=MOST_COMMENT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EscalateForm(forms.Form):
    """Why it cannot wait."""

    reason = forms.CharField(label=_("Why can it not wait?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
