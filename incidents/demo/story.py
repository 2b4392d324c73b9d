"""The demo's incidents as they were told, update by update."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_SLOW, _PARTLY, _DOWN, _FINE = "degraded_performance", "partial_outage", "major_outage", "operational"


@dataclass(frozen=True)
class Step:
    """One update, so many minutes after the trouble began."""

    after: int
    status: str
    body: str
    impacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """An incident that began `days_ago` at `clock`."""

    days_ago: float
    clock: str
    title: str
    severity: str
    steps: tuple[Step, ...]


STORIES = (
    Story(
        87,
        "09:14",
        "Signals by e-mail arrive late",
        "P2",
        (
            Step(
                11,
                "investigating",
                "Signals sent by e-mail arrive up to 20 minutes late. Push, Telegram and webhooks are on time. "
                "We are looking for the cause.",
                {"E-mail": _SLOW},
            ),
            Step(
                48,
                "identified",
                "A large mailing was sent through the same queue as signals. Signals now have a queue of their own.",
            ),
            Step(75, "monitoring", "New signals arrive within seconds again. Delayed ones are being delivered now."),
            Step(
                132,
                "resolved",
                "All delayed e-mails have been delivered. Signals now never wait behind other letters.",
            ),
        ),
    ),
    Story(
        74,
        "14:02",
        "Webhook deliveries fail for some endpoints",
        "P2",
        (
            Step(
                16,
                "investigating",
                "About one in eight webhook deliveries fails with a TLS error. Failed deliveries are kept and retried.",
                {"Webhook API": _PARTLY},
            ),
            Step(
                41,
                "identified",
                "An update of our certificate store dropped an intermediate certificate that some endpoints rely on. "
                "We are rolling the update back.",
            ),
            Step(63, "monitoring", "Deliveries succeed again. Retries are running.", {"Webhook API": _SLOW}),
            Step(118, "resolved", "All retries went through; no delivery was lost. Signatures are unchanged."),
        ),
    ),
    Story(
        58,
        "18:31",
        "Dashboard and log-in unavailable",
        "P0",
        (
            Step(
                6,
                "investigating",
                "The dashboard and log-in do not answer. **Signals are still computed and delivered** by e-mail, push, "
                "Telegram and webhook. All hands are on it; the next update comes within 30 minutes.",
                {"Dashboard": _DOWN, "Accounts & login": _DOWN},
            ),
            Step(
                24,
                "identified",
                "A configuration change exhausted the database's connections. We are undoing it and restarting the "
                "affected servers in turn.",
            ),
            Step(
                39,
                "monitoring",
                "Log-in and dashboard answer again. Pages may be slow for a few minutes while caches fill.",
                {"Dashboard": _SLOW, "Accounts & login": _SLOW},
            ),
            Step(
                71,
                "resolved",
                "Everything is back to normal since 19:42 UTC. The change had passed our tests because they run with "
                "few connections; the limit is now tested as well. We will publish what we learned.",
            ),
        ),
    ),
    Story(
        47,
        "07:50",
        "Prices of one exchange frozen",
        "P1",
        (
            Step(
                9,
                "investigating",
                "Prices of one connected exchange have not moved since 07:50 UTC. Signals for pairs traded only there "
                "are on hold, so that none is computed from stale prices.",
                {"Market data feed": _PARTLY, "AI signal engine": _SLOW},
            ),
            Step(
                35,
                "identified",
                "The exchange closed its old data interface a day earlier than announced. We move to the new one.",
            ),
            Step(
                97,
                "monitoring",
                "Prices arrive through the new interface. Signals are computed again.",
                {"Market data feed": _SLOW, "AI signal engine": _FINE},
            ),
            Step(
                165,
                "resolved",
                "Prices and signals are complete. Charts of the affected pairs show a gap from 07:50 to 09:27 UTC, "
                "which we fill during the day.",
            ),
        ),
    ),
    Story(
        33,
        "12:20",
        "Card payments declined",
        "P1",
        (
            Step(
                14,
                "investigating",
                "Many card payments are declined although the cards are fine. No plan is downgraded because of a "
                "failed payment today.",
                {"Payments": _DOWN},
            ),
            Step(38, "identified", "Our payment provider has confirmed a disturbance and is working on it."),
            Step(
                92,
                "monitoring",
                "The provider reports a fix. Payments succeed again; we retry failed renewals automatically.",
                {"Payments": _SLOW},
            ),
            Step(
                190,
                "resolved",
                "All renewals that failed today have been retried with success. You need do nothing.",
            ),
        ),
    ),
    Story(
        25,
        "22:08",
        "Personalized models slow to update",
        "P3",
        (
            Step(
                52,
                "identified",
                "Changes to risk profiles take up to two hours instead of minutes to reach your signals. Signals keep "
                "using the previous profile until then.",
                {"Model personalization": _SLOW},
            ),
            Step(410, "monitoring", "We have added capacity; the backlog shrinks and should be gone by the morning."),
            Step(620, "resolved", "Profile changes take effect within five minutes again."),
        ),
    ),
    Story(
        12,
        "15:33",
        "Telegram bot does not answer",
        "P2",
        (
            Step(
                7,
                "investigating",
                "The Telegram bot does not answer commands, and signals are not delivered there. Please switch on web "
                "push or e-mail in the meantime: *Settings → Delivery*.",
                {"Telegram bot": _DOWN},
            ),
            Step(
                29,
                "identified",
                "Our bot was limited by Telegram after a burst of messages. We have spread deliveries over time and "
                "the limit is being lifted step by step.",
                {"Telegram bot": _PARTLY},
            ),
            Step(64, "monitoring", "Signals and commands work again for all chats.", {"Telegram bot": _FINE}),
            Step(
                121,
                "resolved",
                "Signals that could not be delivered were sent as a digest at 17:30 UTC. Bursts are now spread from "
                "the start.",
            ),
        ),
    ),
    Story(
        3,
        "10:05",
        "Search in the help center returns errors",
        "P3",
        (
            Step(
                10,
                "investigating",
                "Search in the help center sometimes answers with an error. Articles can be read by category.",
                {"Help center": _PARTLY},
            ),
            Step(33, "monitoring", "The search index has been rebuilt. Search works again.", {"Help center": _FINE}),
            Step(66, "resolved", "No errors for half an hour. A faulty index file was the cause."),
        ),
    ),
    Story(
        0.11,
        "00:00",
        "Charts on the dashboard load slowly",
        "P3",
        (
            Step(
                19,
                "investigating",
                "Charts that reach back more than a week take up to 15 seconds to appear. Live prices, positions and "
                "signals are not affected.",
                {"Dashboard": _SLOW},
            ),
            Step(
                74,
                "identified",
                "The storage of market history answers slowly under load. We are adding a cache now; the storage "
                "itself is enlarged in the maintenance planned for this week.",
            ),
        ),
    ),
)
