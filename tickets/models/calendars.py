import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.users import check_zone
from portal.lib.business_time import DAY, WHOLE_DAY, Calendar, Span, wall_time
from portal.lib.wall_times import WallTimeField
from tickets.querysets import BusinessCalendarQuerySet, HolidayQuerySet
from tickets.states import Weekday


def _ends_after_it_begins(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{name}_ends_after_it_begins",
        condition=Q(opens__lt=F("closes"), closes__lte=DAY),
        violation_error_message=_("It closes after it opens, at 24:00 the latest."),
    )


def _no_two_at_once(name: str, day: str) -> ExclusionConstraint:
    """Looked at when the transaction ends, so that two rows can change places."""
    span = Func("opens", "closes", function="int4range", output_field=IntegerRangeField())
    return ExclusionConstraint(
        name=f"{name}_no_two_at_once",
        expressions=[
            ("calendar", RangeOperators.EQUAL),
            (day, RangeOperators.EQUAL),
            (span, RangeOperators.OVERLAPS),
        ],
        deferrable=Deferrable.DEFERRED,
        violation_error_message=_("Two intervals of the same day overlap."),
    )


class BusinessCalendar(models.Model):
    """When a desk is open: the hours by which promises are counted."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[check_zone],
        help_text=_("All hours below are those of the clock on the wall there, for example Europe/Berlin."),
    )

    current = models.ForeignKey(
        "CalendarVersion", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("hours as kept")
    )

    objects = BusinessCalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def value(self) -> Calendar:
        """The calendar to count with. Three queries, unless the rows were fetched by `with_hours()`.

        Raises ValueError, with a sentence for staff, when the rows make no calendar or one that never opens.
        """
        return calendar_of(self.zone, self.hours.all(), self.shifts.all(), self.holidays.all())


class CalendarVersion(models.Model):
    """The hours of a calendar as they were from one moment on, never changed: promises are counted by these."""

    calendar = models.ForeignKey(BusinessCalendar, models.CASCADE, related_name="versions", verbose_name=_("calendar"))
    hours = models.TextField(_("hours"), help_text=_("What `Calendar.to_json` writes."))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("version of a calendar")
        verbose_name_plural = _("versions of calendars")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.calendar_id} ({self.made_at:%F %T})"

    @property
    def value(self) -> Calendar:
        """The calendar to count with."""
        return _written(self.hours)


@lru_cache(maxsize=256)
def _written(hours: str) -> Calendar:
    return Calendar.from_json(json.loads(hours))


@lru_cache(maxsize=256)
def calendar_of_version(pk: int) -> Calendar:
    """The calendar of a version, which never changes: fetched once per process."""
    return CalendarVersion.objects.get(pk=pk).value


class CalendarHours(models.Model):
    """Hours of a weekday. Several rows make a day with breaks."""

    calendar = models.ForeignKey(BusinessCalendar, models.CASCADE, related_name="hours", verbose_name=_("calendar"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = WallTimeField(_("opens"))
    closes = WallTimeField(_("closes"), help_text=_("The end of the day is 24:00."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            _ends_after_it_begins("calendarhours"),
            _no_two_at_once("calendarhours", "weekday"),
            models.CheckConstraint(name="calendarhours_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {wall_time(self.opens)}–{wall_time(self.closes)}"


class Shift(models.Model):
    """Hours of one date. A day that has any has just these: its weekly hours and its holidays do not count."""

    calendar = models.ForeignKey(BusinessCalendar, models.CASCADE, related_name="shifts", verbose_name=_("calendar"))
    on = models.DateField(_("date"))
    opens = WallTimeField(_("opens"))
    closes = WallTimeField(_("closes"), help_text=_("The end of the day is 24:00."))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["on", "opens"]
        constraints = [_ends_after_it_begins("shift"), _no_two_at_once("shift", "on")]

    def __str__(self) -> str:
        return f"{self.on} {wall_time(self.opens)}–{wall_time(self.closes)}"


class Holiday(models.Model):
    """A date, or a part of it, that does not count."""

    calendar = models.ForeignKey(BusinessCalendar, models.CASCADE, related_name="holidays", verbose_name=_("calendar"))
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=200)
    begins = WallTimeField(_("from"), null=True, blank=True, help_text=_("Empty: the whole day."))
    ends = WallTimeField(_("until"), null=True, blank=True)
    source = models.CharField(
        _("source"), max_length=40, blank=True, help_text=_("The country it was imported from, for example DE-BE.")
    )

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on", "begins"]
        constraints = [
            models.CheckConstraint(
                name="holiday_whole_or_part",
                condition=Q(begins=None, ends=None)
                | Q(begins__isnull=False, ends__isnull=False, begins__lt=F("ends"), ends__lte=DAY),
                violation_error_message=_("A part of a day has a beginning and a later end; a whole day has neither."),
            ),
            models.UniqueConstraint(
                fields=["calendar", "on"],
                condition=Q(begins=None),
                name="holiday_whole_day_once",
                violation_error_message=_("This day is off already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


def calendar_of(
    zone: str, hours: Iterable[CalendarHours], shifts: Iterable[Shift], holidays: Iterable[Holiday]
) -> Calendar:
    """The calendar that rows make, whether they are stored yet or not. ValueError when they make none."""
    weekly: dict[int, list[Span]] = defaultdict(list)
    dated: dict[date, list[Span]] = defaultdict(list)
    off: dict[date, list[Span]] = defaultdict(list)
    for row in hours:
        weekly[row.weekday].append((row.opens, row.closes))
    for shift in shifts:
        dated[shift.on].append((shift.opens, shift.closes))
    for holiday in holidays:
        off[holiday.on] += WHOLE_DAY if holiday.begins is None else ((holiday.begins, holiday.ends or DAY),)
    return Calendar.of(zone, weekly, shifts=dated, holidays=off)
