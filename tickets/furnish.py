"""The rows every portal starts with: categories, promises, and hours. Never overwrites what staff set."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from portal.lib.business_time import DAY
from tickets.models import (
    BusinessCalendar,
    CalendarHours,
    Category,
    Classifier,
    Desk,
    Ladder,
    LadderStep,
    MatrixLine,
    QueueView,
    SlaPolicy,
    TeamTarget,
)
from tickets.states import (
    ALWAYS_OPEN_SLUG,
    STANDARD_LADDER,
    Channel,
    Dimension,
    Level,
    Priority,
    Sorting,
    Tells,
    Weekday,
)
from tickets.states.classifying import NEVER_APPLIED, Trait

CATEGORIES = [
    ("account", "Account and access"),
    ("billing", "Billing and payments"),
    ("signals", "Signals and models"),
    ("api", "API and integrations"),
    ("other", "Something else"),
]

# dimension, value, answers within, solution within, an update every, remark
_Line = tuple[str, str, timedelta | None, timedelta | None, timedelta | None, str]
PROMISES: list[_Line] = [
    (Dimension.TIER, "ultra-premium", timedelta(hours=1), None, None, ""),
    (Dimension.TIER, "elite", timedelta(hours=4), None, None, ""),
    (Dimension.TIER, "pro", timedelta(hours=24), None, None, ""),
    (
        Dimension.PRIORITY,
        Priority.CRITICAL,
        timedelta(minutes=15),
        timedelta(hours=1),
        timedelta(minutes=30),
        "Caps all else.",
    ),
    (Dimension.PRIORITY, Priority.HIGH, None, timedelta(hours=4), timedelta(hours=1), ""),
    (Dimension.PRIORITY, Priority.NORMAL, None, timedelta(hours=24), timedelta(days=1), ""),
    (Dimension.PRIORITY, Priority.LOW, None, timedelta(days=7), timedelta(days=7), ""),
    (Dimension.CHANNEL, Channel.CHAT, timedelta(minutes=2), timedelta(minutes=15), None, ""),
    (Dimension.CHANNEL, Channel.PHONE, timedelta(seconds=18), timedelta(minutes=30), None, "Three rings."),
    (Dimension.CHANNEL, Channel.SOCIAL, timedelta(hours=1), timedelta(hours=4), None, ""),
    (Dimension.CHANNEL, Channel.TELEGRAM, timedelta(hours=1), timedelta(hours=4), None, ""),
    (Dimension.CHANNEL, Channel.EMAIL, timedelta(hours=4), timedelta(hours=24), None, "Where no tier binds."),
    (Dimension.CHANNEL, Channel.WEB, timedelta(hours=4), timedelta(hours=24), None, "Where no tier binds."),
    (Dimension.CHANNEL, Channel.API, timedelta(hours=4), timedelta(hours=24), None, "Where no tier binds."),
    (Dimension.CHANNEL, Channel.AGENT, timedelta(hours=4), timedelta(hours=24), None, "Where no tier binds."),
    (Dimension.CHANNEL, Channel.COMMUNITY, timedelta(hours=8), timedelta(hours=48), None, ""),
]


# Ladders: slug, name, urgent, steps (at % of the promise, who is told, which team gets it).
LADDERS: list[tuple[str, str, bool, list[tuple[int, list[str], str]]]] = [
    (
        *(STANDARD_LADDER, "Standard", False),
        [
            (75, [Tells.ASSIGNEE], ""),
            (100, [Tells.LEAD, Tells.TEAM], Level.L2),
            (150, [Tells.LEAD, Tells.TEAM], Level.L3),
            (200, [Tells.EXECUTIVES], ""),
        ],
    ),
    (  # of fifteen minutes: after 5, 10, 15 and 30
        *("critical", "Critical: minutes count", True),
        [
            (33, [Tells.ASSIGNEE], ""),
            (66, [Tells.LEAD, Tells.TEAM], Level.L2),
            (100, [Tells.LEAD, Tells.TEAM], Level.L3),
            (200, [Tells.EXECUTIVES], ""),
        ],
    ),
]
# The escalation matrix: priority, team, who is told in the end.
MATRIX = [
    (Priority.CRITICAL, Level.L3, "VP Engineering and CTO"),
    (Priority.HIGH, Level.L3, "Director of Engineering"),
    (Priority.NORMAL, Level.L2, "Engineering Manager"),
    (Priority.LOW, Level.L1, "Team Lead"),
]


# How soon a team answers what has reached it: team, priority, within.
TEAM_TARGETS = [
    (Level.L1, Priority.CRITICAL, timedelta(minutes=15)),
    *((Level.L1, one, timedelta(hours=4)) for one in (Priority.HIGH, Priority.NORMAL, Priority.LOW)),
    *((Level.L2, one, timedelta(hours=1)) for one in (Priority.CRITICAL, Priority.HIGH)),
    *((Level.L2, one, timedelta(hours=8)) for one in (Priority.NORMAL, Priority.LOW)),
    (Level.L3, Priority.CRITICAL, timedelta(minutes=30)),
    *((Level.L3, one, timedelta(hours=24)) for one in (Priority.HIGH, Priority.NORMAL, Priority.LOW)),
]


# Views of the queue: slug, name, search, order.
VIEWS = [
    ("mine", "My open", "assignee:me status:ours", Sorting.DUE),
    ("unassigned", "Unassigned", "assignee:nobody status:ours", Sorting.DUE),
    ("due-soon", "Due within the hour", "status:ours due:soon", Sorting.DUE),
    ("breached", "Breached", "status:ours due:overdue", Sorting.DUE),
    ("waiting", "Waiting for customer", "status:waiting", Sorting.OLDEST),
    ("solved", "Recently solved", "status:solved solved:<7d", Sorting.NEWEST),
    ("snoozed", "Snoozed", "status:snoozed", Sorting.DUE),
]


def after_migrate(**_options: Any) -> None:
    """Connected to Django's post_migrate of this app; on the way back to tables of an earlier time it makes nothing."""
    with transaction.atomic():
        if _is_there(SlaPolicy):
            make_categories()
            make_ladders()
            make_promises()
        if _is_there(TeamTarget):
            make_team_targets()
        if _is_there(Desk):
            Desk.objects.get_or_create(pk=1)
        if _is_there(QueueView):
            make_views()
        if _is_there(Classifier):
            make_classifiers()
        if _is_there(BusinessCalendar):
            make_calendars()


def _is_there(model: type[Model]) -> bool:
    """Whether the table has all that the model wants."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        there = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    return there >= {field.column for field in model._meta.local_concrete_fields}


def make_categories() -> None:
    known = set(Category.objects.values_list("slug", flat=True))
    Category.objects.bulk_create(
        Category(slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(CATEGORIES)
        if slug not in known
    )


def _ladder_of(dimension: str, value: str, ladders: dict[str, Ladder]) -> Ladder | None:
    """Those of priorities hold for every ticket."""
    wanted = "critical" if (dimension, value) == (Dimension.PRIORITY, Priority.CRITICAL) else STANDARD_LADDER
    return ladders.get(wanted) if dimension == Dimension.PRIORITY else None


def make_promises() -> None:
    ladders = {ladder.slug: ladder for ladder in Ladder.objects.all()}
    known = set(SlaPolicy.objects.values_list("dimension", "value"))
    SlaPolicy.objects.bulk_create(
        SlaPolicy(
            dimension=dimension,
            value=value,
            first_response_for=answer,
            next_response_for=answer,
            update_for=update,
            resolution_for=solved,
            remark=remark,
            ladder=_ladder_of(dimension, value, ladders),
        )
        for dimension, value, answer, solved, update, remark in PROMISES
        if (dimension, value) not in known
    )


def make_ladders() -> None:
    """The shipped ladders while there is none; lines of the matrix that are missing."""
    if not Ladder.objects.exists():
        for slug, name, is_urgent, steps in LADDERS:
            ladder = Ladder.objects.create(slug=slug, name=name, is_urgent=is_urgent)
            LadderStep.objects.bulk_create(
                LadderStep(ladder=ladder, at_percent=percent, tells=tells, raises_to=level)
                for percent, tells, level in steps
            )
            lines = SlaPolicy.objects.filter(dimension=Dimension.PRIORITY, ladder=None)
            (lines.filter(value=Priority.CRITICAL) if is_urgent else lines.exclude(value=Priority.CRITICAL)).update(
                ladder=ladder
            )
    known = set(MatrixLine.objects.values_list("priority", flat=True))
    MatrixLine.objects.bulk_create(
        MatrixLine(priority=priority, level=level, title=title)
        for priority, level, title in MATRIX
        if priority not in known
    )


def make_team_targets() -> None:
    known = set(TeamTarget.objects.values_list("level", "priority"))
    TeamTarget.objects.bulk_create(
        TeamTarget(level=level, priority=priority, answer_for=within)
        for level, priority, within in TEAM_TARGETS
        if (level, priority) not in known
    )


def make_views() -> None:
    known = set(QueueView.objects.values_list("slug", flat=True))
    QueueView.objects.bulk_create(
        QueueView(slug=slug, name=name, query=query, sort=sort, position=position)
        for position, (slug, name, query, sort) in enumerate(VIEWS)
        if slug not in known
    )


def make_calendars() -> None:
    """The hours of promises that never stand still."""
    calendar, is_new = BusinessCalendar.objects.get_or_create(
        slug=ALWAYS_OPEN_SLUG, defaults={"name": "Always open (24/7)", "zone": "UTC"}
    )
    if is_new:
        CalendarHours.objects.bulk_create(
            CalendarHours(calendar=calendar, weekday=day, opens=0, closes=DAY) for day in Weekday.values
        )


def make_classifiers() -> None:
    """One per trait; the worker trains them from the start set."""
    known = set(Classifier.objects.values_list("trait", flat=True))
    Classifier.objects.bulk_create(
        Classifier(trait=trait, applies=trait not in NEVER_APPLIED) for trait in Trait if trait not in known
    )
