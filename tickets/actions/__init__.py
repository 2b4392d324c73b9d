from tickets.actions.assignment import assign_next, assign_waiting, requeue_escalated, requeue_reopened
from tickets.actions.availability import keep_profile, set_availability
from tickets.actions.bulk import Order, Outcome, act_on_many
from tickets.actions.calendars import import_holidays, keep_calendar
from tickets.actions.categories import change_category
from tickets.actions.classifying import (
    classify,
    classify_missing,
    decide,
    is_training_due,
    let_stand,
    settle_by_hand,
    train,
)
from tickets.actions.conversation import note, reply
from tickets.actions.escalations import ask_to_escalate
from tickets.actions.filing import Filing, file_ticket
from tickets.actions.macros import Answer, apply_macro, keep_macro
from tickets.actions.merges import merge_tickets
from tickets.actions.moves import close, reopen, solve, wait_for_customer
from tickets.actions.policies import drop_policy, keep_policy
from tickets.actions.promises import retarget_organization, retarget_ticket, watch_next_promise
from tickets.actions.replays import replay_promises
from tickets.actions.rules import Seen, apply_rules, fire_next, keep_rule, switch_off, switch_on, try_again
from tickets.actions.snoozes import is_promised_before, snooze, wake, wake_next
from tickets.actions.surveys import ask_for_rating, begin_survey, rate, withdraw_surveys
from tickets.actions.tags import tag
from tickets.actions.teams import hand_to_team
from tickets.actions.triage import assign, change_priority, take

__all__ = [
    "Answer",
    "Filing",
    "Order",
    "Outcome",
    "Seen",
    "act_on_many",
    "apply_macro",
    "apply_rules",
    "ask_for_rating",
    "ask_to_escalate",
    "assign",
    "assign_next",
    "assign_waiting",
    "begin_survey",
    "change_category",
    "change_priority",
    "classify",
    "classify_missing",
    "close",
    "decide",
    "drop_policy",
    "file_ticket",
    "fire_next",
    "hand_to_team",
    "import_holidays",
    "is_promised_before",
    "is_training_due",
    "keep_calendar",
    "keep_macro",
    "keep_policy",
    "keep_profile",
    "keep_rule",
    "let_stand",
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
    "settle_by_hand",
    "snooze",
    "solve",
    "switch_off",
    "switch_on",
    "tag",
    "take",
    "train",
    "try_again",
    "wait_for_customer",
    "wake",
    "wake_next",
    "watch_next_promise",
    "withdraw_surveys",
]
