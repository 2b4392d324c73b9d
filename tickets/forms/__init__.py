"""The shape of what is typed in: by customers, at the desk, and about what we promise."""

from tickets.forms.customers import EscalateForm, ListForm, RateForm, ReplyForm, TicketForm
from tickets.forms.desk import AssignForm, NoteForm, PriorityForm, StaffReplyForm
from tickets.forms.promises import (
    MOST_YEARS,
    CalendarHoursFormSet,
    HolidayImportForm,
    LadderStepForm,
    ShiftFormSet,
    SlaPolicyForm,
)

__all__ = [
    "MOST_YEARS",
    "AssignForm",
    "CalendarHoursFormSet",
    "EscalateForm",
    "HolidayImportForm",
    "LadderStepForm",
    "ListForm",
    "NoteForm",
    "PriorityForm",
    "RateForm",
    "ReplyForm",
    "ShiftFormSet",
    "SlaPolicyForm",
    "StaffReplyForm",
    "TicketForm",
]
