from portal.accounts.actions.codes import use_code
from portal.accounts.actions.erasing import ask_erasure, erase_next, revoke_erasure
from portal.accounts.actions.exports import ask_export, fetch_export, make_export
from portal.accounts.actions.guests import welcome_guest
from portal.accounts.actions.imports import Arrival, bring_in_organization, bring_in_person
from portal.accounts.actions.machines import (
    Answer,
    begin_once,
    finish_once,
    forget_once,
    identify,
    prune_keys,
)
from portal.accounts.actions.members import accept_invitation, change_role, invite, remove_member, revoke_invitation
from portal.accounts.actions.organizations import Particulars, change_organization, change_tier, sign_up
from portal.accounts.actions.retention import Wanted as WantedRetention
from portal.accounts.actions.retention import change_retention, count_due, sweep_retention
from portal.accounts.actions.staff import (
    Newcomer,
    add_staff,
    change_staff_roles,
    deactivate,
    end_sessions,
    reactivate,
    reset_second_factor,
    send_password_letter,
)
from portal.accounts.actions.tokens import Wanted, create_api_token, revoke_api_token
from portal.accounts.actions.users import Profile, change_profile, register
from portal.accounts.actions.webhooks import (
    Hearing,
    add_webhook,
    change_webhook,
    owns,
    release_webhook,
    remove_webhook,
    replay_webhook,
    rotate_webhook_secret,
    try_webhook,
)

__all__ = [
    "Answer",
    "Arrival",
    "Hearing",
    "Newcomer",
    "Particulars",
    "Profile",
    "Wanted",
    "WantedRetention",
    "accept_invitation",
    "add_staff",
    "add_webhook",
    "ask_erasure",
    "ask_export",
    "begin_once",
    "bring_in_organization",
    "bring_in_person",
    "change_organization",
    "change_profile",
    "change_retention",
    "change_role",
    "change_staff_roles",
    "change_tier",
    "change_webhook",
    "count_due",
    "create_api_token",
    "deactivate",
    "end_sessions",
    "erase_next",
    "fetch_export",
    "finish_once",
    "forget_once",
    "identify",
    "invite",
    "make_export",
    "owns",
    "prune_keys",
    "reactivate",
    "register",
    "release_webhook",
    "remove_member",
    "remove_webhook",
    "replay_webhook",
    "reset_second_factor",
    "revoke_api_token",
    "revoke_erasure",
    "revoke_invitation",
    "rotate_webhook_secret",
    "send_password_letter",
    "sign_up",
    "sweep_retention",
    "try_webhook",
    "use_code",
    "welcome_guest",
]
