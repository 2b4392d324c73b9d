"""Planned work of the demo, and short dips that monitors saw and no incident was opened for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """Maintenance: begins `days_ago` (negative: ahead) at `clock`; lengths in minutes, lead times in days."""

    days_ago: float
    clock: str
    title: str
    body: str
    components: tuple[str, ...]
    planned_for: int
    took: int = 0
    announced_before: int = 7
    canceled_before: int = 0


@dataclass(frozen=True)
class Dip:
    """A baseline that a monitor moved for `lasted` minutes."""

    days_ago: float
    clock: str
    component: str
    status: str
    lasted: int
    reason: str


@dataclass(frozen=True)
class Lesson:
    """What a post-mortem asks for, due in so many days; the commander's own, or nobody's yet."""

    incident: str
    action: str
    due_in: int
    is_ours: bool = True


LESSONS = (
    Lesson("Telegram bot does not answer", "warn when a channel comes near its provider's limit", 6),
    Lesson("Search in the help center returns errors", "check the search index before it is put to use", 2, False),
)
WORKS = (
    Work(
        71,
        "04:00",
        "Database upgrade for the dashboard",
        "We move the dashboard to a newer version of its database. The dashboard can be read but not changed for up "
        "to two hours. **Signals are computed and delivered as usual.**",
        ("Dashboard", "Accounts & login"),
        planned_for=120,
        took=84,
    ),
    Work(
        43,
        "05:00",
        "New version of the signal models",
        "We roll out version 4.2 of the signal models. Personalized settings are taken over. For about 40 minutes "
        "model personalization cannot be changed.",
        ("AI signal engine", "Model personalization"),
        planned_for=90,
        took=90,
    ),
    Work(
        30,
        "03:30",
        "Payment provider migration rehearsal",
        "A rehearsal for a change at our payment provider. Checkout is unavailable for a few minutes at a time.",
        ("Payments",),
        planned_for=60,
        canceled_before=2,
    ),
    Work(
        16,
        "04:30",
        "Network changes at our primary region",
        "Our hosting provider replaces network equipment. We move delivery to the secondary region beforehand and back "
        "afterwards; both moves take a few seconds each, in which notifications may be a little late.",
        ("Web push", "Telegram bot", "Webhook API"),
        planned_for=180,
        took=131,
    ),
    Work(
        -4,
        "04:00",
        "Storage upgrade for market history",
        "We enlarge the storage behind market history. Charts that reach back further than 30 days load slowly or not "
        "at all during the work. **Live prices and signals are not affected.**",
        ("Market data feed", "Dashboard"),
        planned_for=150,
        announced_before=10,
    ),
)

DIPS = (
    Dip(83, "11:42", "E-mail", "degraded_performance", 26, "Delivery took longer than 5 minutes."),
    Dip(65, "20:10", "Market data feed", "degraded_performance", 14, "Two of nine exchanges late by over 2 s."),
    Dip(38, "07:25", "Help center", "partial_outage", 7, "Search answered with errors."),
    Dip(22, "16:05", "Telegram bot", "degraded_performance", 31, "Telegram answered slowly."),
    Dip(6, "13:50", "Web push", "degraded_performance", 12, "Push service throttled."),
)
