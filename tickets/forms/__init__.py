"""The shape of what is typed in: by customers, at the desk, and about what we promise."""

from tickets.forms.availability import AvailabilityForm
from tickets.forms.customers import EscalateForm, RateForm, ReplyForm, TicketForm
from tickets.forms.desk import (
    AssignForm,
    BulkForm,
    MergeForm,
    NoteForm,
    PriorityForm,
    SnoozeForm,
    StaffReplyForm,
    TagsForm,
)
from tickets.forms.guests import BehalfForm, GuestForm
from tickets.forms.lists import ListForm
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
    "AvailabilityForm",
    "BehalfForm",
    "BulkForm",
    "CalendarHoursFormSet",
    "EscalateForm",
    "GuestForm",
    "HolidayImportForm",
    "LadderStepForm",
    "ListForm",
    "MergeForm",
    "NoteForm",
    "PriorityForm",
    "RateForm",
    "ReplyForm",
    "ShiftFormSet",
    "SlaPolicyForm",
    "SnoozeForm",
    "StaffReplyForm",
    "TagsForm",
    "TicketForm",
]
