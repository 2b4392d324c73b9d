from tickets.actions.calendars import import_holidays, keep_calendar
from tickets.actions.clocks import retarget_organization, watch_next_promise
from tickets.actions.conversation import note, reply
from tickets.actions.filing import Filing, file_ticket
from tickets.actions.moves import close, reopen, solve, wait_for_customer
from tickets.actions.triage import assign, change_priority, take

__all__ = [
    "Filing",
    "assign",
    "change_priority",
    "close",
    "file_ticket",
    "import_holidays",
    "keep_calendar",
    "note",
    "reopen",
    "reply",
    "retarget_organization",
    "solve",
    "take",
    "wait_for_customer",
    "watch_next_promise",
]
