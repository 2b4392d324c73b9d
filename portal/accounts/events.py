from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

SIGNED_UP = declare("organization.signed_up", _("{by} signed the organization up"))
MEMBER_INVITED = declare("member.invited", _("{by} invited a new {role}"))
MEMBER_JOINED = declare("member.joined", _("{by} joined as {role}"))
MEMBER_ROLE_CHANGED = declare("member.role_changed", _("{by} changed a member's role from {old} to {new}"))
MEMBER_REMOVED = declare("member.removed", _("{by} removed a member"))
INVITATION_REVOKED = declare("invitation.revoked", _("{by} took an invitation back"))
TIER_CHANGED = declare("organization.tier_changed", _("{by} moved the support tier from {old} to {new}"))
TOKEN_CREATED = declare("api_token.created", _("{by} created an API token"))
TOKEN_REVOKED = declare("api_token.revoked", _("{by} revoked an API token"))
