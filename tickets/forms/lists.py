"""What may stand in the address of the customers' list. Whatever else does is refused with a sentence."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.refusals import Refused
from tickets.states import Priority

_DEFAULTS = {"state": "active", "whose": "all", "priority": "", "sort": "activity", "q": ""}
_MOST_DIGITS = 17


class ListForm(forms.Form):
    """The filters and the order of the list; `chosen` raises Refused for anything that is not offered."""

    STATES = [
        ("active", pgettext_lazy("tickets", "Open")),
        ("waiting", _("Waiting for you")),
        ("done", _("Solved and closed")),
        ("all", pgettext_lazy("tickets", "All")),
    ]
    WHOSE = [("all", _("Everybody’s")), ("mine", _("Mine"))]
    SORTS = [
        ("activity", _("Newest activity first")),
        ("quiet", _("Longest quiet first")),
        ("number", _("Newest ticket first")),
    ]

    q = forms.CharField(
        label=_("Words"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)
    whose = forms.ChoiceField(choices=WHOSE, required=False, widget=forms.HiddenInput)
    priority = forms.ChoiceField(
        label=_("Priority"), choices=[("", _("Every priority")), *Priority.choices], required=False
    )
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters that hold, defaults filled in."""
        return {**_DEFAULTS, **self._named}

    @cached_property
    def _named(self) -> dict[str, str]:
        """The filters that the address names."""
        for key in self.data:
            if key not in {*self.fields, "before"}:
                raise Refused(now_in_words("The list has no filter “%(name)s”.") % {"name": key[:40]}, code="no_filter")
        if not self.is_valid():
            name = next(iter(self.errors))
            field = self.fields[name]
            offered = [value for value, _label in getattr(field, "choices", []) if value]
            said = (
                now_in_words("“%(name)s” can be: %(offered)s.") if offered else now_in_words("“%(name)s” is too long.")
            )
            raise Refused(said % {"name": name, "offered": ", ".join(offered)}, code="no_choice")
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def words(self) -> list[str]:
        return self.chosen["q"].split()[:6]

    @property
    def before(self) -> str:
        """Where the page before ended; empty on the first one."""
        return self.data.get("before", "")

    @property
    def last_seen(self) -> tuple[datetime, int] | None:
        """The moment and the id of the last row of the page before; None on the first one. Refuses any other text."""
        if not self.before:
            return None
        micros, _dash, pk = self.before.partition("-")
        for part in (micros, pk):
            if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
                raise Refused(now_in_words("“before” names no place in this list."), code="no_place")
        seconds, rest = divmod(int(micros), 1_000_000)
        try:
            return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(pk)
        except (OverflowError, ValueError) as error:
            raise Refused(now_in_words("“before” names no place in this list."), code="no_place") from error

    def address(self, **other: str) -> str:
        """The list as it is chosen, but for the filters given; it begins at its first row."""
        return f"?{urlencode({**self._named, **other})}"

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Address, label and whether it is the one that holds."""
        return [(self.address(state=one), label, one == self.chosen["state"]) for one, label in self.STATES]

    def whose_tags(self) -> list[tuple[str, Any, bool]]:
        return [(self.address(whose=one), label, one == self.chosen["whose"]) for one, label in self.WHOSE]

    @property
    def is_as_it_opens(self) -> bool:
        """The first page of a tab, in the usual order."""
        return not (self.is_narrowed or self.before) and self.chosen["sort"] == _DEFAULTS["sort"]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen["q"] or self.chosen["priority"])
