from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.events import ORGANIZATION_CHANGED, SIGNED_UP, TIER_CHANGED
from portal.accounts.models import Membership, Organization, Tier, User
from portal.accounts.states import INVITING_ROLES, MemberRole
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Particulars:
    """What an organization tells of itself."""

    name: str
    time_zone: str
    language: str


@transaction.atomic
def sign_up(*, user: User, organization_name: str, time_zone: str = "UTC", now: datetime | None = None) -> Organization:
    """Makes an organization with this user as its owner. It has no tier until a plan is bought or granted.

    Refused when they own as many as one person may (a setting).
    """
    at = moment(now)
    _check_may_found_another(user)
    organization = Organization.objects.create(
        name=organization_name.strip(), time_zone=time_zone, language=user.language, created_at=at
    )
    Membership.objects.create(user=user, organization=organization, role=MemberRole.OWNER, joined_at=at)
    record(SIGNED_UP, about=organization, by=user, organization=organization, now=at)
    return organization


def _check_may_found_another(user: User) -> None:
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted one after the other
    most = settings.MOST_ORGANIZATIONS_OWNED
    if Membership.objects.filter(user=locked, role=MemberRole.OWNER).count() >= most:
        raise Refused(
            _("You own %(most)s organizations already, and one person cannot found more. Please ask our support.")
            % {"most": most},
            code="too_many_organizations",
        )


@transaction.atomic
def change_organization(
    *, organization: Organization, to: Particulars, by: User, now: datetime | None = None
) -> Organization:
    """An owner (or staff who may) changes name, zone and language."""
    locked = Organization.objects.select_for_update(of=("self",)).select_related("tier").get(pk=organization.pk)
    may = by.has_perm("accounts.change_organization")
    if not may and not locked.memberships.filter(user=by, role__in=INVITING_ROLES).exists():
        raise Refused(_("Only an owner of the organization can do this."), code="not_owner")
    changed = [name for name, value in asdict(to).items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, getattr(to, name))
    if changed:
        locked.save(update_fields=changed)
        record(ORGANIZATION_CHANGED, about=locked, by=by, organization=locked, details={"fields": changed}, now=now)
    return locked


@transaction.atomic
def change_tier(
    *, organization: Organization, tier: Tier | None, by: User | None, reason: str = "", now: datetime | None = None
) -> Organization:
    """Moves an organization to a tier (None: none). Open promises follow by the event; the same tier does nothing."""
    locked = Organization.objects.select_for_update(of=("self",)).select_related("tier").get(pk=organization.pk)
    if locked.tier == tier:
        return locked
    old = locked.tier
    locked.tier = tier
    locked.save(update_fields=["tier"])
    details = {"old": old.slug if old else "none", "new": tier.slug if tier else "none", "reason": reason[:40]}
    record(TIER_CHANGED, about=locked, by=by, organization=locked, details=details, now=now)
    organization.tier = tier
    return locked
