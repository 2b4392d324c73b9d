"""The shape of what is typed in: by customers, at the desk, and about what we promise."""

from tickets.forms.availability import AvailabilityForm
from tickets.forms.circle import CopyForm, FollowerForm
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
from tickets.forms.fields import FieldsForm
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
from tickets.forms.queue_views import QueueViewForm
from tickets.forms.rules import ActForm, ActFormSet, ConditionForm, ConditionFormSet, PreviewForm
from tickets.forms.splits import SplitForm

__all__ = [
    "MOST_YEARS",
    "ActForm",
    "ActFormSet",
    "AssignForm",
    "AvailabilityForm",
    "BehalfForm",
    "BulkForm",
    "CalendarHoursFormSet",
    "ConditionForm",
    "ConditionFormSet",
    "CopyForm",
    "EscalateForm",
    "FieldsForm",
    "FollowerForm",
    "GuestForm",
    "HolidayImportForm",
    "LadderStepForm",
    "ListForm",
    "MergeForm",
    "NoteForm",
    "PreviewForm",
    "PriorityForm",
    "QueueViewForm",
    "RateForm",
    "ReplyForm",
    "ShiftFormSet",
    "SlaPolicyForm",
    "SnoozeForm",
    "SplitForm",
    "StaffReplyForm",
    "TagsForm",
    "TicketForm",
]
