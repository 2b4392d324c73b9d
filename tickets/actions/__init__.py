from tickets.actions.articles import draft_article
from tickets.actions.assignment import assign_next, assign_waiting, requeue_escalated, requeue_reopened
from tickets.actions.attachments import Upload, attach, drop_upload, keep_upload, sweep_next_upload
from tickets.actions.availability import keep_profile, set_availability
from tickets.actions.bulk import Order, Outcome, act_on_many
from tickets.actions.calendars import import_holidays, keep_calendar
from tickets.actions.categories import change_category
from tickets.actions.circle import add_copy, end_copy, follow, may_get_letters, unfollow
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
from tickets.actions.desk_imports import (
    HandedIn,
    claim_import,
    confirm_import,
    keep_import,
    repeat_import,
    sweep_import,
    work_import,
)
from tickets.actions.escalations import ask_to_escalate
from tickets.actions.fields import archive_field, keep_field, restore_field, set_fields
from tickets.actions.file_checks import check_file, claim_file
from tickets.actions.filing import Filing, file_ticket, refuse_many_filings
from tickets.actions.guest_files import keep_guest_upload
from tickets.actions.guests import (
    GuestWords,
    confirm_filing,
    file_for,
    forget_filings,
    hold_filing,
    open_link,
    send_new_link,
    withdraw_links,
)
from tickets.actions.imports import Order as ImportOrder
from tickets.actions.imports import import_desk
from tickets.actions.leaving import leave_next
from tickets.actions.macros import Answer, apply_macro, keep_macro
from tickets.actions.mentions import Mentioned, mentioned_in, nameable
from tickets.actions.merges import merge_tickets
from tickets.actions.moves import close, reopen, solve, wait_for_customer
from tickets.actions.policies import drop_policy, keep_policy
from tickets.actions.promises import retarget_organization, retarget_ticket, watch_next_promise
from tickets.actions.queue_views import drop_view, keep_view
from tickets.actions.replays import replay_promises
from tickets.actions.rules import Seen, apply_rules, fire_next, keep_rule, switch_off, switch_on, try_again
from tickets.actions.sending import Words, send, take_back, undone_until
from tickets.actions.snoozes import is_promised_before, snooze, wake, wake_next
from tickets.actions.splits import Split, split_ticket
from tickets.actions.surveys import ask_for_rating, begin_survey, rate, withdraw_surveys
from tickets.actions.tags import tag
from tickets.actions.teams import hand_to_team
from tickets.actions.triage import assign, change_priority, take
from tickets.actions.turns import keep_turns
from tickets.actions.written import Draft, note_with_files, reply_with_files

__all__ = [
    "Answer",
    "Draft",
    "Filing",
    "GuestWords",
    "HandedIn",
    "ImportOrder",
    "Mentioned",
    "Order",
    "Outcome",
    "Seen",
    "Split",
    "Upload",
    "Words",
    "act_on_many",
    "add_copy",
    "apply_macro",
    "apply_rules",
    "archive_field",
    "ask_for_rating",
    "ask_to_escalate",
    "assign",
    "assign_next",
    "assign_waiting",
    "attach",
    "begin_survey",
    "change_category",
    "change_priority",
    "check_file",
    "claim_file",
    "claim_import",
    "classify",
    "classify_missing",
    "close",
    "confirm_filing",
    "confirm_import",
    "decide",
    "draft_article",
    "drop_policy",
    "drop_upload",
    "drop_view",
    "end_copy",
    "file_for",
    "file_ticket",
    "fire_next",
    "follow",
    "forget_filings",
    "hand_to_team",
    "hold_filing",
    "import_desk",
    "import_holidays",
    "is_promised_before",
    "is_training_due",
    "keep_calendar",
    "keep_field",
    "keep_guest_upload",
    "keep_import",
    "keep_macro",
    "keep_policy",
    "keep_profile",
    "keep_rule",
    "keep_turns",
    "keep_upload",
    "keep_view",
    "leave_next",
    "let_stand",
    "may_get_letters",
    "mentioned_in",
    "merge_tickets",
    "nameable",
    "note",
    "note_with_files",
    "open_link",
    "rate",
    "refuse_many_filings",
    "reopen",
    "repeat_import",
    "replay_promises",
    "reply",
    "reply_with_files",
    "requeue_escalated",
    "requeue_reopened",
    "restore_field",
    "retarget_organization",
    "retarget_ticket",
    "send",
    "send_new_link",
    "set_availability",
    "set_fields",
    "settle_by_hand",
    "snooze",
    "solve",
    "split_ticket",
    "sweep_import",
    "sweep_next_upload",
    "switch_off",
    "switch_on",
    "tag",
    "take",
    "take_back",
    "train",
    "try_again",
    "undone_until",
    "unfollow",
    "wait_for_customer",
    "wake",
    "wake_next",
    "watch_next_promise",
    "withdraw_links",
    "withdraw_surveys",
    "work_import",
]
