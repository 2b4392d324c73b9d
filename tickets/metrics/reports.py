"""The figures of the desk, each with its definition.

- A promise counts in the period in which it was *decided*: when it was kept in time (`ticket.promise_met`) or missed
  (`ticket.promise_missed`, once per promise, whether the answer came late or not at all). Attainment is kept / (kept +
  missed). What was dropped without being missed, merged away or is still owed counts nowhere.
- A response or solution time belongs to the period in which it was given, in time or late. On the wall clock: from when
  it was promised until it was given. In business time: what the promise's clock counted, which stands outside of the
  hours that count and while the customer has the turn. Answers by bots, and notes, meet no promise and count nowhere;
  each time that a ticket is taken up again begins a new promise. Median and 90th percentile, between the two nearest
  values if need be.
- Solved at first contact: of the tickets first solved in the period, those about which the customer never wrote again
  and nobody took anything up again until now, with one public answer of the staff at most.
- Satisfaction: ratings given in the period; satisfied are 4 and 5 of 5.
- Volume: tickets filed in the period, by what they were when filed; solved: solutions, each one.
- Backlog: tickets not solved now, by the days since they were filed. It knows no period.
- Targets of teams: of the stays of tickets with a team that began in the period, in time are those that the team
  answered before its own target, late those that it did not, also when the ticket had left by then or is still there.
  What left before, and what is not due yet, counts for neither. The time is that until the team's answer.
- Escalations: steps of ladders that fired in the period, and wishes.
- Agents and teams are those who have the ticket today.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.accounts.models import Tier, User
from portal.lib.charts import Bar, LineChart, bars, line_chart
from portal.web.templatetags.moments import length
from tickets.models import Category
from tickets.querysets import reports
from tickets.querysets.reports import Period, counted
from tickets.states import Channel, Level, Metric, Priority, labels

_BY_METRIC, _BY_TIER, _BY_AGENT, _BY_TEAM = 0b111, 0b011, 0b101, 0b110


@dataclass(frozen=True)
class Table:
    """Figures with a name for the address of their CSV; `chart` shows the same as a picture."""

    slug: str
    title: str
    columns: list[str]
    rows: list[list[Any]]
    lines: LineChart | None = None
    bars: list[Bar] | None = None
    about: str = ""


def report(period: Period, now: datetime) -> list[Table]:
    """All tables of a period. Eleven queries, whatever the number of tickets."""
    promised = counted(reports.PROMISES, period)
    volume = counted(reports.VOLUME, period)
    ratings = counted(reports.RATINGS, period)
    tiers = {"": _("No plan"), **dict(Tier.objects.values_list("slug", "name"))}
    return [
        _quality(period, ratings),
        _days(period, volume),
        _times(promised),
        _attainment(promised, tiers),
        *_volumes(volume, tiers),
        _backlog(period, now),
        _agents(promised, ratings),
        _teams(promised),
        _targets(period, now),
        _escalations(period),
    ]


def share(part: int, whole: int) -> float | None:
    """In percent, one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def _told_share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _told(seconds: float | None) -> str:
    return "–" if seconds is None else length(seconds) if seconds >= 60 else f"{seconds:.0f} s"


def _quality(period: Period, ratings: list[dict[str, Any]]) -> Table:
    first = counted(reports.FIRST_CONTACT, period)[0]
    asked = counted(reports.ASKED, period)[0]["count"]
    whole: dict[str, Any] = next(
        (one for one in ratings if one["kind"] == 0b111), {"count": 0, "mean": None, "satisfied": 0}
    )
    by_score = {one["score"]: one["count"] for one in ratings if one["kind"] == 0b110}
    rows: list[list[Any]] = [
        [_("First solved in this period"), first["solved"]],
        [_("Solved at first contact"), _told_share(share(first["at_once"], first["solved"]))],
        [_("Ratings"), whole["count"]],
        [_("Mean rating of 5"), "–" if whole["mean"] is None else f"{whole['mean']:.2f}"],
        [_("Satisfied (4 and 5)"), _told_share(share(whole["satisfied"], whole["count"]))],
        [_("Asked for a rating"), asked],
    ]
    rows += [[_("Rated %(score)s") % {"score": score}, by_score.get(score, 0)] for score in (5, 4, 3, 2, 1)]
    return Table("quality", _("Quality"), [_("Figure"), _("Value")], rows)


def _days(period: Period, volume: list[dict[str, Any]]) -> Table:
    """Every day of the period, also those on which nothing happened."""
    found = {(one["name"], one["day"]): one["count"] for one in volume if one["kind"] == 0b01111}
    last = timezone.localtime(period.ends - timedelta(microseconds=1)).date()
    day, rows = timezone.localtime(period.begins).date(), []
    while day <= last:
        rows.append([day, found.get(("ticket.filed", day), 0), found.get(("ticket.solved", day), 0)])
        day += timedelta(days=1)
    filed, solved = [row[1] for row in rows], [row[2] for row in rows]
    names = [date_format(row[0], "j M") for row in rows]
    chart = line_chart(names, [(_("Filed"), filed), (_("Solved"), solved)])
    return Table("days", _("Filed and solved, by day"), [_("Day"), _("Filed"), _("Solved")], rows, lines=chart)


def _times(promised: list[dict[str, Any]]) -> Table:
    known = {one["metric"]: one for one in promised if one["kind"] == _BY_METRIC}
    rows = []
    for metric, label in labels(Metric).items():
        one = known.get(metric, {"given": 0, "wall": None, "business": None})
        wall, business = one["wall"] or (None, None), one["business"] or (None, None)
        rows.append([label, one["given"], *map(_told, wall), *map(_told, business)])
    columns = [_("What"), _("Given"), _("Median"), _("90 % within"), _("Median, business time"),
               _("90 % within, business time")]  # fmt: skip
    return Table("times", _("How long it took"), columns, rows)


def _attainment(promised: list[dict[str, Any]], tiers: dict[str, str]) -> Table:
    names, rows, drawn = labels(Metric), [], []
    found = [one for one in promised if one["kind"] in (_BY_METRIC, _BY_TIER) and one["kept"] + one["missed"]]
    order = {metric: place for place, metric in enumerate(names)}
    for one in sorted(found, key=lambda one: (order[one["metric"]], one["kind"] == _BY_TIER, one["tier"] or "")):
        kept = share(one["kept"], one["kept"] + one["missed"])
        tier = _("All") if one["kind"] == _BY_METRIC else tiers.get(one["tier"] or "", one["tier"] or "")
        rows.append([names[one["metric"]], tier, one["kept"], one["missed"], _told_share(kept)])
        drawn.append((f"{names[one['metric']]} · {tier}", kept or 0, _told_share(kept)))
    columns = [_("Promise"), _("Tier"), _("Kept"), _("Missed"), _("Attainment")]
    return Table("attainment", _("Promises kept"), columns, rows, bars=bars(drawn, most=100))


def _volumes(volume: list[dict[str, Any]], tiers: dict[str, str]) -> list[Table]:
    categories = {"": _("None"), **dict(Category.objects.values_list("slug", "name"))}
    dimensions = [
        ("channel", _("By channel"), labels(Channel), 0b10111),
        ("priority", _("By priority"), labels(Priority), 0b11011),
        ("category", _("By category"), categories, 0b11101),
        ("tier", _("By tier"), tiers, 0b11110),
    ]
    return [_volume(volume, *dimension) for dimension in dimensions]


def _volume(volume: list[dict[str, Any]], column: str, title: str, names: dict[str, str], kind: int) -> Table:
    found = [one for one in volume if one["kind"] == kind and one["name"] == "ticket.filed"]
    found.sort(key=lambda one: (-one["count"], one[column] or ""))
    rows = [[names.get(one[column] or "", one[column] or ""), one["count"]] for one in found]
    drawn = bars([(str(label), count, str(count)) for label, count in rows])
    return Table(
        f"by-{column}", _("Tickets filed: %(how)s") % {"how": title.lower()}, [title, _("Filed")], rows, bars=drawn
    )


def _backlog(period: Period, now: datetime) -> Table:
    found = {one["bucket"]: one for one in counted(reports.BACKLOG, period, now=now)}
    names = [_("Less than a day"), _("1 to 3 days"), _("3 to 7 days"), _("7 to 30 days"), _("More than 30 days")]
    nothing = {"count": 0, "overdue": 0}
    rows = [[name, *(found.get(place, nothing)[what] for what in nothing)] for place, name in enumerate(names)]
    drawn = bars([(str(name), count, str(count)) for name, count, _overdue in rows])
    columns = [_("Filed since"), _("Not solved"), _("Of these overdue")]
    return Table("backlog", _("Not solved now, by age"), columns, rows, bars=drawn)


def _agents(promised: list[dict[str, Any]], ratings: list[dict[str, Any]]) -> Table:
    mine = {one["agent"]: one for one in ratings if one["kind"] == 0b011}
    found: dict[int | None, dict[str, Any]] = {}
    for one in promised:
        if one["kind"] == _BY_AGENT:
            found.setdefault(one["agent"], {})[one["metric"]] = one
    names = User.objects.names([*found, *mine])
    rows = []
    for agent in sorted({*found, *mine}, key=lambda pk: names.get(pk or 0, "")):
        rated = mine.get(agent, {"count": 0, "mean": None})
        mean = "–" if rated["mean"] is None else f"{rated['mean']:.2f}"
        rows.append([names.get(agent or 0, _("Nobody")), *_of_group(found.get(agent, {})), rated["count"], mean])
    columns = [_("Agent"), *_group_columns(), _("Ratings"), _("Mean rating of 5")]
    return Table("agents", _("By agent"), columns, rows)


def _teams(promised: list[dict[str, Any]]) -> Table:
    found: dict[str, dict[str, Any]] = {}
    for one in promised:
        if one["kind"] == _BY_TEAM:
            found.setdefault(one["team"], {})[one["metric"]] = one
    rows = [[label, *_of_group(found[team])] for team, label in labels(Level).items() if team in found]
    return Table("teams", _("By team"), [_("Team"), *_group_columns()], rows)


def _targets(period: Period, now: datetime) -> Table:
    found = {one["team"]: one for one in counted(reports.TEAM_TURNS, period, now=now)}
    rows, drawn = [], []
    for team, label in labels(Level).items():
        one = found.get(team)
        if one is None:
            continue
        kept = share(one["kept"], one["kept"] + one["late"])
        took = one["took"] or (None, None)
        rows.append([label, one["count"], one["kept"], one["late"], _told_share(kept), *map(_told, took)])
        drawn.append((label, kept or 0, _told_share(kept)))
    columns = [_("Team"), _("Reached it"), _("In time"), _("Late"), _("Kept"), _("Median"), _("90 % within")]
    return Table("team-targets", _("The teams' own targets"), columns, rows, bars=bars(drawn, most=100))


def _group_columns() -> list[str]:
    return [_("First answers"), _("First answer, median"), _("Solutions"), _("Solution, median"), _("Attainment")]


def _of_group(by_metric: dict[str, Any]) -> list[Any]:
    cells: list[Any] = []
    for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
        one = by_metric.get(metric, {"given": 0, "wall": None})
        cells += [one["given"], _told((one["wall"] or (None,))[0])]
    kept = sum(one["kept"] for one in by_metric.values())
    return [*cells, _told_share(share(kept, kept + sum(one["missed"] for one in by_metric.values())))]


def _escalations(period: Period) -> Table:
    names = {
        "ticket.promise_warned": _("Warned before the promise was missed"),
        "ticket.escalated": _("Escalated by a ladder"),
        "ticket.escalation_asked": _("Asked for"),
    }
    teams = labels(Level)
    found = counted(reports.ESCALATIONS, period)
    rows = [[names[one["name"]], teams.get(one["team"] or "", ""), one["count"]] for one in found]
    return Table("escalations", _("Escalations"), [_("What"), _("Team then"), _("Times")], rows)
