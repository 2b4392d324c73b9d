from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization, User
from portal.lib.public_holidays import PublicDay, countries, public_days, subdivisions
from portal.lib.tokens import public_id
from tickets.actions import Filing
from tickets.models import CalendarHours, Category, Shift, calendar_of
from tickets.states import (
    AFTER_A_REPLY,
    MOST_CHARACTERS,
    PRIORITY_OF_IMPACT,
    Channel,
    Impact,
    Priority,
    TicketState,
)

_LONGEST_ID = 22
MOST_YEARS = 10  # of holidays imported at once
_AFTER_A_REPLY = [(state, TicketState(state).label) for state in AFTER_A_REPLY]


class ListForm(forms.Form):
    """What may stand in the address of the list. Whatever else it holds is dropped, never an error."""

    STATES = [
        ("active", pgettext_lazy("tickets", "Open")),
        ("waiting", _("Waiting for you")),
        ("done", _("Solved and closed")),
        ("all", pgettext_lazy("tickets", "All")),
    ]
    WHOSE = [("all", _("Everybody’s")), ("mine", _("Mine"))]

    state = forms.ChoiceField(choices=STATES, required=False)
    whose = forms.ChoiceField(choices=WHOSE, required=False)

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that hold, defaults filled in."""
        return {"state": "active", "whose": "all", **self._named}

    @cached_property
    def _named(self) -> dict[str, str]:
        """The filters that the address names; what is none of the choices counts as not named."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def before(self) -> str:
        """Where the page before ended; empty on the first one."""
        return self.data.get("before", "")

    def address(self, **other: str) -> str:
        """The list as it is chosen, but for the filters given; it begins at its newest row."""
        return f"?{urlencode({**self._named, **other})}"

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Address, label and whether it is the one that holds."""
        return [(self.address(state=one), label, one == self.chosen["state"]) for one, label in self.STATES]

    def whose_tags(self) -> list[tuple[str, Any, bool]]:
        return [(self.address(whose=one), label, one == self.chosen["whose"]) for one, label in self.WHOSE]


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
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
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
        self.fields["key"].initial = public_id

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
        )


class ReplyForm(forms.Form):
    body = forms.CharField(label=_("Your answer"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5}))


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


class CalendarHoursFormSet(forms.BaseInlineFormSet):
    """The weekly hours of a calendar: not without any, and no two at once.

    Whether rows overlap is looked at here, all of them together: the database would compare with those of before.
    """

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            rows = _rows_left(self)
            _check_calendar(rows, [])
            if not rows:
                raise forms.ValidationError(_("Give the calendar weekly hours on at least one day."), code="no_hours")


class ShiftFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and (rows := _rows_left(self)):
            _check_calendar([], rows)


def _rows_left(formset: forms.BaseInlineFormSet) -> list[Any]:
    """What will stand there once the formset is saved."""
    gone = set(formset.deleted_forms)
    return [form.instance for form in formset.forms if form not in gone and (form.instance.pk or form.has_changed())]


def _check_calendar(hours: list[CalendarHours], shifts: list[Shift]) -> None:
    try:
        if hours or shifts:
            calendar_of("UTC", hours, shifts, [])
    except ValueError as error:
        raise forms.ValidationError(str(error), code="no_calendar") from error


class HolidayImportForm(forms.Form):
    """Whose public holidays to look up, and for which years. The parts of a country are offered once it is chosen."""

    country = forms.ChoiceField(label=_("Country"), choices=lambda: [("", "–"), *countries()])
    subdivision = forms.ChoiceField(
        label=_("State or region"), required=False, help_text=_("Offered once a country is chosen and shown.")
    )
    first_year = forms.IntegerField(label=_("First year"), min_value=1970, max_value=2100)
    last_year = forms.IntegerField(label=_("Last year"), min_value=1970, max_value=2100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self["country"].value()
        parts = subdivisions(chosen) if chosen in dict(countries()) else []
        self.fields["subdivision"].choices = [("", _("The whole country")), *parts]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        first, last = words.get("first_year"), words.get("last_year")
        if first and last and not first <= last < first + MOST_YEARS:
            raise forms.ValidationError(_("The last year follows the first, at most ten years in all."), code="years")
        return words

    @property
    def source(self) -> str:
        """How rows say where they come from: "DE-BE"."""
        words = self.cleaned_data
        return "-".join(filter(None, [words["country"], words["subdivision"]]))

    def days(self) -> list[PublicDay]:
        """The public holidays that were asked for; none while something is wrong."""
        if not self.is_valid():
            return []
        words = self.cleaned_data
        years = range(words["first_year"], words["last_year"] + 1)
        return public_days(words["country"], words["subdivision"], years)
