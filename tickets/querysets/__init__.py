"""Which rows: who may see them, what is due, what is promised."""

from tickets.querysets.calendars import BusinessCalendarQuerySet, HolidayQuerySet
from tickets.querysets.classifying import SuggestionQuerySet, VersionQuerySet
from tickets.querysets.desk import AgentProfileQuerySet
from tickets.querysets.macros import MacroQuerySet, TagQuerySet
from tickets.querysets.policies import Bound, Case, LadderQuerySet, SlaPolicyQuerySet
from tickets.querysets.replays import REPLAYED, Difference, differences
from tickets.querysets.rules import FiringQuerySet, Preview, RuleQuerySet
from tickets.querysets.surveys import SurveyQuerySet
from tickets.querysets.tickets import MessageQuerySet, TicketQuerySet, reads_as_staff
from tickets.querysets.timelines import Line, timeline
from tickets.querysets.timers import TimerQuerySet

__all__ = [
    "REPLAYED",
    "AgentProfileQuerySet",
    "Bound",
    "BusinessCalendarQuerySet",
    "Case",
    "Difference",
    "FiringQuerySet",
    "HolidayQuerySet",
    "LadderQuerySet",
    "Line",
    "MacroQuerySet",
    "MessageQuerySet",
    "Preview",
    "RuleQuerySet",
    "SlaPolicyQuerySet",
    "SuggestionQuerySet",
    "SurveyQuerySet",
    "TagQuerySet",
    "TicketQuerySet",
    "TimerQuerySet",
    "VersionQuerySet",
    "differences",
    "reads_as_staff",
    "timeline",
]
