from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.public_holidays import PublicDay, countries, public_days, subdivisions
from tickets.models import CalendarHours, LadderStep, Shift, SlaPolicy, Timer, calendar_of
from tickets.states import (
    Tells,
)

MOST_YEARS = 10  # of holidays imported at once


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
        self.fields["subdivision"].choices = [("", _("The whole country")), *parts]  # type: ignore[attr-defined]  # declared above as a choice

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


class SlaPolicyForm(forms.ModelForm):
    """A line of what is promised. When open promises would move, it asks for a second look."""

    is_confirmed = forms.BooleanField(label=_("Apply it to open promises"), required=False)

    class Meta:
        model = SlaPolicy
        fields = [
            *("dimension", "value", "position", "first_response_for", "next_response_for", "update_for"),
            *("resolution_for", "calendar", "ladder", "remark", "is_active"),
        ]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # unknown to the stubs: there the instance gets its new values
        if self.errors or not self.has_changed() or self.cleaned_data["is_confirmed"]:
            return
        moving = Timer.objects.moved_by(self.instance, now=timezone.now())
        if moving:
            said = ngettext(
                "%(count)s open promise gets another target by this. Tick this to apply it.",
                "%(count)s open promises get another target by this. Tick this to apply it.",
                moving,
            )
            self.add_error("is_confirmed", said % {"count": moving})


class LadderStepForm(forms.ModelForm):
    tells = forms.MultipleChoiceField(
        label=_("Tells"), choices=Tells.choices, widget=forms.CheckboxSelectMultiple, required=True
    )

    class Meta:
        model = LadderStep
        fields = ["at_percent", "tells", "raises_to"]
