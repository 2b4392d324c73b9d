from portal.accounts.actions.guests import welcome_guest
from portal.accounts.actions.machines import (
    Answer,
    authenticate,
    begin_once,
    finish_once,
    forget_once,
    prune_keys,
)
from portal.accounts.actions.members import accept_invitation, change_role, invite, remove_member, revoke_invitation
from portal.accounts.actions.organizations import Particulars, change_organization, change_tier, sign_up
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

__all__ = [
    "Answer",
    "Newcomer",
    "Particulars",
    "Profile",
    "Wanted",
    "accept_invitation",
    "add_staff",
    "authenticate",
    "begin_once",
    "change_organization",
    "change_profile",
    "change_role",
    "change_staff_roles",
    "change_tier",
    "create_api_token",
    "deactivate",
    "end_sessions",
    "finish_once",
    "forget_once",
    "invite",
    "prune_keys",
    "reactivate",
    "register",
    "remove_member",
    "reset_second_factor",
    "revoke_api_token",
    "revoke_invitation",
    "send_password_letter",
    "sign_up",
    "welcome_guest",
]
