from tickets.actions.assignment import assign_next, assign_waiting, requeue_escalated, requeue_reopened
from tickets.actions.availability import keep_profile, set_availability
from tickets.actions.bulk import Order, Outcome, act_on_many
from tickets.actions.calendars import import_holidays, keep_calendar
from tickets.actions.conversation import note, reply
from tickets.actions.escalations import ask_to_escalate
from tickets.actions.filing import Filing, file_ticket
from tickets.actions.imports import Order as ImportOrder
from tickets.actions.imports import import_desk
from tickets.actions.macros import Answer, apply_macro, keep_macro
from tickets.actions.merges import merge_tickets
from tickets.actions.moves import close, reopen, solve, wait_for_customer
from tickets.actions.policies import drop_policy, keep_policy
from tickets.actions.promises import retarget_organization, retarget_ticket, watch_next_promise
from tickets.actions.replays import replay_promises
from tickets.actions.snoozes import is_promised_before, snooze, wake, wake_next
from tickets.actions.surveys import ask_for_rating, begin_survey, rate, withdraw_surveys
from tickets.actions.tags import tag
from tickets.actions.triage import assign, change_priority, take

__all__ = [
    "Answer",
    "Filing",
    "ImportOrder",
    "Order",
    "Outcome",
    "act_on_many",
    "apply_macro",
    "ask_for_rating",
    "ask_to_escalate",
    "assign",
    "assign_next",
    "assign_waiting",
    "begin_survey",
    "change_priority",
    "close",
    "drop_policy",
    "file_ticket",
    "import_desk",
    "import_holidays",
    "is_promised_before",
    "keep_calendar",
    "keep_macro",
    "keep_policy",
    "keep_profile",
    "merge_tickets",
    "note",
    "rate",
    "reopen",
    "replay_promises",
    "reply",
    "requeue_escalated",
    "requeue_reopened",
    "retarget_organization",
    "retarget_ticket",
    "set_availability",
    "snooze",
    "solve",
    "tag",
    "take",
    "wait_for_customer",
    "wake",
    "wake_next",
    "watch_next_promise",
    "withdraw_surveys",
]
