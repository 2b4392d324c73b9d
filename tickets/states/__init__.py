from datetime import datetime, timedelta
from functools import lru_cache

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class TicketState(models.TextChoices):
    NEW = "new", pgettext_lazy("ticket", "New")  # filed, nobody has taken it up
    OPEN = "open", pgettext_lazy("ticket", "Open")  # our turn
    WAITING = "waiting", _("Waiting for customer")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")


class Priority(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    LOW = "low", _("Low")


class Channel(models.TextChoices):
    WEB = "web", _("Web form")
    EMAIL = "email", _("Email")
    API = "api", _("API")
    AGENT = "agent", _("Filed by staff")
    CHAT = "chat", _("Live chat")
    PHONE = "phone", _("Phone")
    SOCIAL = "social", _("Social media")
    TELEGRAM = "telegram", _("Telegram")
    COMMUNITY = "community", _("Community")


class Level(models.TextChoices):
    """The support team that has the ticket."""

    L1 = "l1", _("L1 support")
    L2 = "l2", _("L2 technical support")
    L3 = "l3", _("L3 engineering")


class Impact(models.TextChoices):
    """What a customer says about their trouble; it proposes the priority."""

    DOWN = "down", _("Everything is down, or I cannot trade")
    BROKEN = "broken", _("An important feature is broken")
    HINDERED = "hindered", _("Something does not work as it should")
    QUESTION = "question", _("I have a question or a wish")


class MessageKind(models.TextChoices):
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")
    SYSTEM = "system", _("Notice of the portal")


class FileState(models.TextChoices):
    """Whether an attached file is handed out."""

    WAITING = "waiting", _("Waits for the virus scan")
    READY = "ready", _("Ready")
    INFECTED = "infected", _("Quarantined")


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response", _("First answer")
    NEXT_RESPONSE = "next_response", _("Next answer")
    UPDATE = "update", _("Update")
    RESOLUTION = "resolution", _("Solution")


class Dimension(models.TextChoices):
    TIER = "tier", _("Tier")
    PRIORITY = "priority", _("Priority")
    CHANNEL = "channel", _("Channel")
    ORGANIZATION = "organization", _("One organization, in place of all else")
    CATEGORY = "category", _("One category, in place of all else")


class Tells(models.TextChoices):
    """Whom a step of a ladder tells."""

    ASSIGNEE = "assignee", _("Assignee")  # the team, when nobody has it
    LEAD = "lead", _("Team lead")
    TEAM = "team", _("Team that has the ticket then")
    EXECUTIVES = "executives", _("Executives of the matrix")


class BulkAct(models.TextChoices):
    """What can be done to many tickets at once."""

    ASSIGN = "assign", _("Assign")
    PRIORITY = "priority", _("Change priority")
    TAG = "tag", _("Add tag")
    SOLVE = "solve", _("Solve")
    CLOSE = "close", _("Close for good")


class Sorting(models.TextChoices):
    """In which order a list of tickets stands."""

    DUE = "due", _("Time left")
    NEWEST = "newest", _("Newest activity")
    OLDEST = "oldest", _("Longest without activity")
    FILED = "filed", _("Newest ticket")


class FieldKind(models.TextChoices):
    """What a field of one's own holds."""

    TEXT = "text", _("Text")
    CHOICE = "choice", _("One of a list")
    NUMBER = "number", _("Number")
    DATE = "date", _("Day")
    CHECKBOX = "checkbox", _("Yes or no")


class Score(models.IntegerChoices):
    """How satisfied a customer is with a solution."""

    VERY_BAD = 1, _("Very dissatisfied")
    BAD = 2, _("Dissatisfied")
    FAIR = 3, _("Neither")
    GOOD = 4, _("Satisfied")
    VERY_GOOD = 5, _("Very satisfied")


class HeldState(models.TextChoices):
    """What became of an answer that an agent has sent."""

    WAITING = "waiting", _("Waiting to leave")
    LEFT = "left", _("Left")
    TAKEN_BACK = "taken_back", _("Taken back")
    STOPPED = "stopped", _("Could not leave")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


ALWAYS_OPEN_SLUG = "always-open"  # the calendar that is shipped


LEGAL_MOVES: dict[str, set[TicketState]] = {
    TicketState.NEW: {TicketState.OPEN, TicketState.WAITING, TicketState.SOLVED, TicketState.CLOSED},
    TicketState.OPEN: {TicketState.WAITING, TicketState.SOLVED, TicketState.CLOSED},
    TicketState.WAITING: {TicketState.OPEN, TicketState.SOLVED, TicketState.CLOSED},
    TicketState.SOLVED: {TicketState.OPEN, TicketState.CLOSED},
    TicketState.CLOSED: set(),
}
OUR_TURN = [TicketState.NEW, TicketState.OPEN]
ACTIVE = [*OUR_TURN, TicketState.WAITING]
AFTER_A_REPLY = [TicketState.WAITING, TicketState.OPEN, TicketState.SOLVED]  # where staff may leave a ticket

PRIORITY_OF_IMPACT: dict[str, Priority] = {
    Impact.DOWN: Priority.CRITICAL,
    Impact.BROKEN: Priority.HIGH,
    Impact.HINDERED: Priority.NORMAL,
    Impact.QUESTION: Priority.LOW,
}

# On these channels the channel's target competes with the tier's; on all others the tier's binds.
COMPETING_CHANNELS = {Channel.CHAT, Channel.PHONE, Channel.SOCIAL, Channel.TELEGRAM, Channel.COMMUNITY}

# Rows of these dimensions replace all others.
OVERRIDES = [Dimension.ORGANIZATION, Dimension.CATEGORY]

# Where a policy keeps how soon each is promised.
LENGTH_OF: dict[str, str] = {
    Metric.FIRST_RESPONSE: "first_response_for",
    Metric.NEXT_RESPONSE: "next_response_for",
    Metric.UPDATE: "update_for",
    Metric.RESOLUTION: "resolution_for",
}

# A public answer of staff keeps these.
KEPT_BY_AN_ANSWER = [Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE]
RESPONSES = [Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE]

MESSAGES_FOR_CUSTOMERS = [MessageKind.REPLY]

# What a canned answer may name, between double braces.
VARIABLES = [
    *("requester.first_name", "requester.name", "organization.name", "ticket.number", "ticket.subject"),
    *("agent.first_name", "agent.name"),
]

# The longest message, and the longest comment to a rating, in characters.
MOST_CHARACTERS = 20_000
MOST_COMMENT_CHARACTERS = 2000

# The step of a ladder at which a promise is missed; steps before it are warnings.
MISSED_AT = 100
STANDARD_LADDER = "standard"
LEVELS = list(Level)  # the lowest first

# What falls due within this time is shown as urgent.
SOON = timedelta(hours=1)


def is_legal(old: str, new: str) -> bool:
    """Whether a ticket may move from one state to the other."""
    return new in LEGAL_MOVES[old]


def standing(due_at: datetime | None, now: datetime) -> str:
    """How a promise stands, in the words of the pages: due, soon, breached; empty when none is owed."""
    if due_at is None:
        return ""
    if due_at <= now:
        return "breached"
    return "soon" if due_at <= now + SOON else "due"


def labels(kind: type[models.TextChoices]) -> dict[str, str]:
    """What to call each value in the reader's language; lists ask for it row by row."""
    return _labels_in(get_language(), kind)


@lru_cache(maxsize=256)
def _labels_in(_language: str | None, kind: type[models.TextChoices]) -> dict[str, str]:
    """Translated once per language; call it while that one is active."""
    return {value: str(label) for value, label in kind.choices}


class Availability(models.TextChoices):
    """Whether the portal hands tickets to an agent."""

    ONLINE = "online", _("Online")
    BUSY = "busy", _("Busy: nothing new")
    AWAY = "away", _("Away")
    OUT_OF_OFFICE = "out_of_office", _("Out of office")


PRESENT = [Availability.ONLINE, Availability.BUSY]  # what they have comes back to them

USUAL_CAPACITY = 8

# How long a ticket waits for somebody with the skills it requires, unless its category says otherwise.
SKILL_WAIT = timedelta(minutes=10)
