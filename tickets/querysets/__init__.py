"""Which rows: who may see them, what is due, what is promised."""

from tickets.querysets.calendars import BusinessCalendarQuerySet, HolidayQuerySet
from tickets.querysets.desk import AgentProfileQuerySet
from tickets.querysets.macros import MacroQuerySet, TagQuerySet
from tickets.querysets.policies import Bound, Case, LadderQuerySet, SlaPolicyQuerySet
from tickets.querysets.replays import REPLAYED, Difference, differences
from tickets.querysets.surveys import SurveyQuerySet
from tickets.querysets.tickets import SHEET, MessageQuerySet, TicketQuerySet, reads_as_staff
from tickets.querysets.timelines import Line, timeline
from tickets.querysets.timers import TimerQuerySet

__all__ = [
    "REPLAYED",
    "SHEET",
    "AgentProfileQuerySet",
    "Bound",
    "BusinessCalendarQuerySet",
    "Case",
    "Difference",
    "HolidayQuerySet",
    "LadderQuerySet",
    "Line",
    "MacroQuerySet",
    "MessageQuerySet",
    "SlaPolicyQuerySet",
    "SurveyQuerySet",
    "TagQuerySet",
    "TicketQuerySet",
    "TimerQuerySet",
    "differences",
    "reads_as_staff",
    "timeline",
]
