from tickets.actions.calendars import import_holidays, keep_calendar
from tickets.actions.conversation import note, reply
from tickets.actions.escalations import ask_to_escalate
from tickets.actions.filing import Filing, file_ticket
from tickets.actions.moves import close, reopen, solve, wait_for_customer
from tickets.actions.policies import drop_policy, keep_policy
from tickets.actions.promises import retarget_organization, retarget_ticket, watch_next_promise
from tickets.actions.surveys import ask_for_rating, begin_survey, rate, withdraw_surveys
from tickets.actions.triage import assign, change_priority, take

__all__ = [
    "Filing",
    "ask_for_rating",
    "ask_to_escalate",
    "assign",
    "begin_survey",
    "change_priority",
    "close",
    "drop_policy",
    "file_ticket",
    "import_holidays",
    "keep_calendar",
    "keep_policy",
    "note",
    "rate",
    "reopen",
    "reply",
    "retarget_organization",
    "retarget_ticket",
    "solve",
    "take",
    "wait_for_customer",
    "watch_next_promise",
    "withdraw_surveys",
]
