"""The status page as HTML: complete files that need no script, no session and no other file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.feeds import style
from incidents.feeds.standing import HISTORY_DAYS, DayMark, IncidentStanding, Standing
from incidents.feeds.wire import Wire
from incidents.models import Maintenance
from incidents.states import ROLL_UP_SENTENCES, MaintenanceState, status_of
from portal.accounts.context import brand_of
from portal.lib.bundle import AS_OF, AS_OF_ISO
from portal.lib.bundle_files import BundleFile
from portal.lib.uptime import Level
from portal.web.templatetags.moments import length

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
_RECENT_DAYS = 7
_ICON_OF = {"none": "check-circle", "maintenance": "wrench"}


@dataclass(frozen=True)
class PastDay:
    """A day of the list of past incidents."""

    on: date
    incidents: list[IncidentStanding]


class Pages:
    """Renders every file of one standing, each as it is and as the last known state."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.brand = brand_of(settings.SITE_URL.split("/")[2].split(":")[0])
        self.style = style.stylesheet(self.brand.accent)
        self.headers = {"Content-Security-Policy": style.policy(self.style)}

    def files(self) -> list[BundleFile]:
        """The whole bundle."""
        with timezone.override(timezone.get_default_timezone()), translation.override(settings.LANGUAGE_CODE):
            return [*self._html_files(), *self._json_files()]

    def file(self, path: str) -> BundleFile | None:
        """One file, for the moment before anything is published; None when the public knows no such page."""
        with timezone.override(timezone.get_default_timezone()), translation.override(settings.LANGUAGE_CODE):
            found = [plan for plan in self._plans() if plan[0] == path]
            documents = self._json_files() if path.endswith(".json") else []
            return next((self._html(*plan) for plan in found), None) or next(
                (document for document in documents if document.path == path), None
            )

    def _html_files(self) -> Iterator[BundleFile]:
        return (self._html(*plan) for plan in self._plans())

    def _plans(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, template and context of every page."""
        yield "", "incidents/status.html", self._front()
        yield "line/", "incidents/line.html", self._line()
        yield "history/", "incidents/history.html", {"months": self._months()}
        for one in self.standing.incidents:
            yield f"incidents/{one.incident.public_id}/", "incidents/incident.html", self._incident(one)
        for planned in self.standing.maintenances:
            context = {"maintenance": planned, "state": planned.state_at(self.standing.now)}
            yield f"maintenance/{planned.public_id}/", "incidents/maintenance.html", context

    def _html(self, path: str, template: str, context: dict[str, Any]) -> BundleFile:
        shared = {
            "standing": self.standing,
            "brand": self.brand,
            "logo": style.picture(self.brand.logo_svg),
            "favicon": style.favicon(),
            "style": self.style,
            "sprite": style.sprite(),
            "as_of": AS_OF.decode(),
            "as_of_iso": AS_OF_ISO.decode(),
            **context,
        }
        forms = [render_to_string(template, {**shared, "is_stale": is_stale}).encode() for is_stale in (False, True)]
        return BundleFile(path, HTML, forms[0], forms[1], self.headers)

    def _json_files(self) -> list[BundleFile]:
        wire = Wire(self.standing, name=self.brand.name, site_url=settings.SITE_URL, time_zone=settings.TIME_ZONE)
        known = {"portal_last_known": True, "portal_last_known_at": AS_OF_ISO.decode()}
        headers = {"Access-Control-Allow-Origin": "*"}
        return [
            BundleFile(f"api/v2/{name}", JSON, _packed(told), _packed({**told, **known}), headers)
            for name, told in wire.documents().items()
        ]

    def _line(self) -> dict[str, Any]:
        """The verdict alone: a part that other pages fetch."""
        indicator, description = self.standing.verdict
        return {"indicator": indicator, "headline": ROLL_UP_SENTENCES[description]}

    def _front(self) -> dict[str, Any]:
        line = self._line()
        return {
            **line,
            "icon": _ICON_OF.get(line["indicator"], "alert"),
            "groups": [
                {"standing": group, "components": [self._component(one) for one in group.components]}
                for group in self.standing.groups
            ],
            "running": self.standing.maintenances_in(MaintenanceState.IN_PROGRESS),
            "upcoming": list(reversed(self.standing.maintenances_in(MaintenanceState.SCHEDULED))),
            "days": self._recent_days(),
            "rule": self._rule(),
            "history_days": HISTORY_DAYS,
        }

    def _component(self, one: Any) -> dict[str, Any]:
        disrupted = one.disrupted_days
        return {
            "standing": one,
            "days": [(_state_of(day), _day_title(day)) for day in one.days],
            "disrupted": [(day, _held_text(day), self._incidents_of(one.component.pk, day.on)) for day in disrupted],
            "label": _bars_label(one.uptime, len(disrupted)),
        }

    def _incidents_of(self, component_id: int, on: date) -> list[IncidentStanding]:
        return [
            one
            for one in self.standing.incidents
            if any(impact.component_id == component_id and _touches(impact, on) for impact in one.impacts)
        ]

    def _recent_days(self) -> list[PastDay]:
        today = timezone.localtime(self.standing.now).date()
        by_day: dict[date, list[IncidentStanding]] = {today - timedelta(days=n): [] for n in range(_RECENT_DAYS)}
        for one in self.standing.incidents:
            on = timezone.localtime(one.incident.started_at).date()
            if on in by_day:
                by_day[on].append(one)
        return [PastDay(on, found) for on, found in by_day.items()]

    def _months(self) -> list[tuple[date, list[Any]]]:
        """Incidents and finished or canceled maintenance by month, newest first."""
        told: list[tuple[date, Any]] = [
            (timezone.localtime(one.incident.started_at).date(), {"incident": one}) for one in self.standing.incidents
        ]
        over = self.standing.maintenances_in(MaintenanceState.COMPLETED, MaintenanceState.CANCELED)
        told += [(timezone.localtime(one.begins_at).date(), self._past(one)) for one in over]
        told.sort(key=lambda entry: entry[0], reverse=True)
        months = groupby(told, key=lambda entry: entry[0].replace(day=1))
        return [(month, [entry for _on, entry in entries]) for month, entries in months]

    def _past(self, maintenance: Maintenance) -> dict[str, Any]:
        return {"maintenance": maintenance, "state": maintenance.state_at(self.standing.now)}

    def _incident(self, one: IncidentStanding) -> dict[str, Any]:
        incident = one.incident
        lasted = (incident.resolved_at or self.standing.now) - incident.started_at
        return {"one": one, "lasted": length(lasted.total_seconds()) if incident.resolved_at else ""}

    def _rule(self) -> str:
        weights = self.standing.page.weights
        shares = {"major": weights.major, "partial": weights.partial, "degraded": weights.degraded}
        return _(
            "Uptime is the share of tracked time without an outage. A major outage counts %(major)s of its time, "
            "a partial outage %(partial)s, degraded performance %(degraded)s. Maintenance and time without data are "
            "left out. Figures are rounded down."
        ) % {name: f"{float(share):.0%}" for name, share in shares.items()}


def _packed(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _state_of(day: DayMark) -> str:
    """Empty for an operational day: most days are, and the page is the smaller for it."""
    return "" if day.level == Level.OPERATIONAL else day.state


def _day_title(day: DayMark) -> str:
    return f"{date_format(day.on, 'j M')} · {_held_text(day)}"


def _held_text(day: DayMark) -> str:
    if day.level == Level.UNKNOWN:
        return _("no data")
    told = [
        f"{status_of(level).label.lower()} {_length(day.held[level])}"
        for level in sorted(day.held, reverse=True)
        if level >= Level.MAINTENANCE and day.held[level]
    ]
    return ", ".join(told) or _("operational")


def _length(held: timedelta) -> str:
    return length(held.total_seconds()) if held >= timedelta(minutes=1) else _("under 1 min")


def _bars_label(uptime: str, disrupted: int) -> str:
    if not uptime:
        return _("No data for the last %(days)s days") % {"days": HISTORY_DAYS}
    values = {"days": HISTORY_DAYS, "uptime": uptime, "disrupted": disrupted}
    if not disrupted:
        return _("Last %(days)s days: %(uptime)s%% uptime, no day with disruptions") % values
    return _("Last %(days)s days: %(uptime)s%% uptime, days with disruptions: %(disrupted)s") % values


def _touches(impact: Any, on: date) -> bool:
    first = timezone.localtime(impact.began_at).date()
    last = timezone.localtime(impact.ended_at).date() if impact.ended_at else date.max
    return first <= on <= last and impact.span.level >= Level.DEGRADED
