"""Which rows: who may see them, what is due, what is promised."""

from tickets.querysets.calendars import BusinessCalendarQuerySet, HolidayQuerySet
from tickets.querysets.policies import Bound, Case, LadderQuerySet, SlaPolicyQuerySet
from tickets.querysets.surveys import SurveyQuerySet
from tickets.querysets.tickets import MessageQuerySet, TicketQuerySet, reads_as_staff
from tickets.querysets.timelines import Line, timeline
from tickets.querysets.timers import TimerQuerySet

__all__ = [
    "Bound",
    "BusinessCalendarQuerySet",
    "Case",
    "HolidayQuerySet",
    "LadderQuerySet",
    "Line",
    "MessageQuerySet",
    "SlaPolicyQuerySet",
    "SurveyQuerySet",
    "TicketQuerySet",
    "TimerQuerySet",
    "reads_as_staff",
    "timeline",
]
