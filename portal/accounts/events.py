from collections.abc import Collection

from django.apps import apps
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare


def tier_names(slugs: Collection[str]) -> dict[str, str]:
    """What customers call these support tiers."""
    found = apps.get_model("accounts", "Tier").objects.filter(slug__in=slugs)
    return {"none": now_in_words("none"), **dict(found.values_list("slug", "name"))}


SIGNED_UP = declare("organization.signed_up", _("{by} signed the organization up"), is_public=True)
ORGANIZATION_CHANGED = declare("organization.changed", _("{by} changed the organization's details"), is_public=True)
MEMBER_INVITED = declare("member.invited", _("{by} invited a new {role}"), is_public=True)
MEMBER_JOINED = declare("member.joined", _("{by} joined as {role}"), is_public=True)
MEMBER_ROLE_CHANGED = declare(
    "member.role_changed", _("{by} changed a member's role from {old} to {new}"), is_public=True
)
MEMBER_REMOVED = declare("member.removed", _("{by} removed a member"), is_public=True)
INVITATION_REVOKED = declare("invitation.revoked", _("{by} took an invitation back"), is_public=True)
TIER_CHANGED = declare(
    "organization.tier_changed",
    _("{by} moved the support tier from {old} to {new}"),
    is_public=True,
    names={"old": ("old", tier_names), "new": ("new", tier_names)},
)
TOKEN_CREATED = declare("api_token.created", _("{by} created an API token"))
TOKEN_REVOKED = declare("api_token.revoked", _("{by} revoked an API token"))
USER_REGISTERED = declare("user.registered", _("{by} created an account"))
PROFILE_CHANGED = declare("user.profile_changed", _("{by} changed their profile"))
STAFF_ADDED = declare("user.staff_added", _("{by} added a member of the staff as {roles}"))
STAFF_ROLES_CHANGED = declare("user.staff_roles_changed", _("{by} changed the staff roles from {old} to {new}"))
USER_DEACTIVATED = declare("user.deactivated", _("{by} closed the account"))
USER_REACTIVATED = declare("user.reactivated", _("{by} opened the account again"))
PASSWORD_LETTER_SENT = declare("user.password_letter_sent", _("{by} sent a letter to choose a new password"))
SECOND_FACTOR_RESET = declare("user.second_factor_reset", _("{by} took the second factor away"))
EXPORT_ASKED = declare("privacy.export_asked", _("{by} asked for an export of everything known"))
EXPORT_MADE = declare("privacy.export_made", _("The export is ready"))
ERASURE_ASKED = declare("privacy.erasure_asked", _("{by} asked for erasure after {days} days"))
ERASURE_REVOKED = declare("privacy.erasure_revoked", _("{by} took the wish for erasure back"))
USER_ERASED = declare("user.erased", _("The person was erased"))
ORGANIZATION_ERASED = declare("organization.erased", _("The organization was erased"))
RETENTION_CHANGED = declare(
    "retention.changed", _("{by} changed a retention rule: {days} days, {state}; {counted} rows then")
)
RETENTION_ACTED = declare("retention.acted", _("A retention rule forgot {forgotten} rows"))
ORGANIZATION_IMPORTED = declare("organization.imported", _("The organization came from another system"))
USER_IMPORTED = declare("user.imported", _("The account came from another system"))
