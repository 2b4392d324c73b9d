from tickets.models.calendars import BusinessCalendar, CalendarHours, CalendarVersion, Holiday, Shift, calendar_of
from tickets.models.escalations import Escalation, Ladder, LadderStep, MatrixLine
from tickets.models.policies import SlaPolicy
from tickets.models.surveys import Survey
from tickets.models.tickets import Category, Message, Ticket, address
from tickets.models.timers import Timer

__all__ = [
    "BusinessCalendar",
    "CalendarHours",
    "CalendarVersion",
    "Category",
    "Escalation",
    "Holiday",
    "Ladder",
    "LadderStep",
    "MatrixLine",
    "Message",
    "Shift",
    "SlaPolicy",
    "Survey",
    "Ticket",
    "Timer",
    "address",
    "calendar_of",
]
