from tickets.models.calendars import BusinessCalendar, CalendarHours, Holiday, Shift, calendar_of
from tickets.models.promises import SlaPolicy, Timer
from tickets.models.tickets import Category, Message, Ticket, address

__all__ = [
    "BusinessCalendar",
    "CalendarHours",
    "Category",
    "Holiday",
    "Message",
    "Shift",
    "SlaPolicy",
    "Ticket",
    "Timer",
    "address",
    "calendar_of",
]
