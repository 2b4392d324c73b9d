from portal.accounts.actions.members import accept_invitation, change_role, invite, remove_member, revoke_invitation
from portal.accounts.actions.organizations import change_tier, sign_up
from portal.accounts.actions.tokens import create_api_token, revoke_api_token

__all__ = [
    "accept_invitation",
    "change_role",
    "change_tier",
    "create_api_token",
    "invite",
    "remove_member",
    "revoke_api_token",
    "revoke_invitation",
    "sign_up",
]
