"""The rows every portal starts with: categories, promises, and hours. Never overwrites what staff set."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from portal.lib.business_time import DAY
from tickets.models import BusinessCalendar, CalendarHours, Category, SlaPolicy
from tickets.states import ALWAYS_OPEN_SLUG, Channel, Dimension, Priority, Weekday

CATEGORIES = [
    ("account", "Account and access"),
    ("billing", "Billing and payments"),
    ("signals", "Signals and models"),
    ("api", "API and integrations"),
    ("other", "Something else"),
]

# dimension, value, first answer within, solution within, remark
PROMISES: list[tuple[str, str, timedelta | None, timedelta | None, str]] = [
    (Dimension.TIER, "ultra-premium", timedelta(hours=1), None, ""),
    (Dimension.TIER, "elite", timedelta(hours=4), None, ""),
    (Dimension.TIER, "pro", timedelta(hours=24), None, ""),
    (Dimension.PRIORITY, Priority.CRITICAL, timedelta(minutes=15), timedelta(hours=1), "Caps every other promise."),
    (Dimension.PRIORITY, Priority.HIGH, None, timedelta(hours=4), ""),
    (Dimension.PRIORITY, Priority.NORMAL, None, timedelta(hours=24), ""),
    (Dimension.PRIORITY, Priority.LOW, None, timedelta(days=7), ""),
    (Dimension.CHANNEL, Channel.CHAT, timedelta(minutes=2), timedelta(minutes=15), ""),
    (Dimension.CHANNEL, Channel.PHONE, timedelta(seconds=18), timedelta(minutes=30), "Three rings."),
    (Dimension.CHANNEL, Channel.SOCIAL, timedelta(hours=1), timedelta(hours=4), ""),
    (Dimension.CHANNEL, Channel.TELEGRAM, timedelta(hours=1), timedelta(hours=4), ""),
    (Dimension.CHANNEL, Channel.EMAIL, timedelta(hours=4), timedelta(hours=24), "Where no tier binds."),
    (Dimension.CHANNEL, Channel.WEB, timedelta(hours=4), timedelta(hours=24), "Where no tier binds."),
    (Dimension.CHANNEL, Channel.API, timedelta(hours=4), timedelta(hours=24), "Where no tier binds."),
    (Dimension.CHANNEL, Channel.AGENT, timedelta(hours=4), timedelta(hours=24), "Where no tier binds."),
    (Dimension.CHANNEL, Channel.COMMUNITY, timedelta(hours=8), timedelta(hours=48), ""),
]


def after_migrate(**_options: Any) -> None:
    """Connected to Django's post_migrate of this app; going back to before its tables existed makes nothing."""
    tables = connection.introspection.table_names()
    with transaction.atomic():
        if SlaPolicy._meta.db_table in tables:
            make_categories()
            make_promises()
        if BusinessCalendar._meta.db_table in tables:
            make_calendars()


def make_categories() -> None:
    known = set(Category.objects.values_list("slug", flat=True))
    Category.objects.bulk_create(
        Category(slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(CATEGORIES)
        if slug not in known
    )


def make_promises() -> None:
    known = set(SlaPolicy.objects.values_list("dimension", "value"))
    SlaPolicy.objects.bulk_create(
        SlaPolicy(dimension=dimension, value=value, first_response_for=first, resolution_for=solved, remark=remark)
        for dimension, value, first, solved, remark in PROMISES
        if (dimension, value) not in known
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
