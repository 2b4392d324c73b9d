"""What a report may be narrowed by. Anything else in the address is refused."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Tier, User
from tickets.models import Category
from tickets.querysets.reports import Period
from tickets.states import Channel, Level, Priority

USUAL_DAYS = 30
MOST_DAYS = 366
_EVERY = [("", _("All"))]


class ReportForm(forms.Form):
    """A period of whole days in the reader's zone, and which tickets."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    tier = forms.ModelChoiceField(Tier.objects.all(), label=_("Tier"), to_field_name="slug", required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=[*_EVERY, *Channel.choices], required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=[*_EVERY, *Priority.choices], required=False)
    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"), to_field_name="slug", required=False)
    team = forms.ChoiceField(label=_("Team"), choices=[*_EVERY, *Level.choices], required=False)
    agent = forms.ModelChoiceField(User.objects.none(), label=_("Agent"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        staff = User.objects.filter(is_staff=True).who_may("tickets.change_ticket")  # also who has left
        for name in ("tier", "category", "agent"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
            field.empty_label = _("All")
            if name == "agent":
                field.queryset = staff.order_by("name", "email")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        unknown = set(self.data) - set(self.fields)
        if unknown:
            raise forms.ValidationError(_("A report is not narrowed by %(what)s."), params={"what": sorted(unknown)[0]})
        today = timezone.localdate()
        until = given.get("until") or today
        since = given.get("since") or date.fromordinal(max(until.toordinal() - USUAL_DAYS + 1, 1))
        if not 2000 <= since.year <= until.year < 2200 or not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
            raise forms.ValidationError(_("A report is about a year at most, from a day until a later one."))
        return {**given, "since": since, "until": until}

    def period(self) -> Period:
        given, zone = self.cleaned_data, timezone.get_current_timezone()
        return Period(
            begins=_midnight(given["since"]),
            ends=_midnight(given["until"] + timedelta(days=1)),
            zone=str(zone),
            tier=given["tier"].slug if given["tier"] else None,
            category=given["category"].slug if given["category"] else None,
            agent=given["agent"].pk if given["agent"] else None,
            **{name: given[name] or None for name in ("channel", "priority", "team")},
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
