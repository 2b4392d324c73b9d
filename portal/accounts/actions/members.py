from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts import emails
from portal.accounts.events import (
    INVITATION_REVOKED,
    MEMBER_INVITED,
    MEMBER_JOINED,
    MEMBER_REMOVED,
    MEMBER_ROLE_CHANGED,
)
from portal.accounts.models import Erasure, Invitation, Membership, Organization, User
from portal.accounts.privacy import subject_of
from portal.accounts.states import INVITING_ROLES, MemberRole
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.tokens import digest, new_secret

MOST_INVITED_A_DAY = 20  # and twice the seats
MOST_LETTERS_TO_ONE_A_DAY = 5


@transaction.atomic
def invite(*, organization: Organization, email: str, role: str, by: User, now: datetime | None = None) -> Invitation:
    """Asks an address to join, by a letter with a secret link. Asking again replaces the earlier invitation."""
    at = moment(now)
    locked = _locked_for(organization, by)
    _refuse_while_erased(locked)
    if Membership.objects.filter(organization=locked, user__email__iexact=email).exists():
        raise Refused(_("This person is already a member."), code="already_member")
    pending = locked.invitations.open(at).exclude(email__iexact=email)
    if Membership.objects.filter(organization=locked).count() + pending.count() >= locked.entitlement.seats:
        raise Refused(_("All seats of your plan are taken. Remove a member or change the plan."), code="no_seat")
    _check_pace(locked, email, by, at)
    locked.invitations.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(revoked_at=at)
    secret = new_secret()
    invitation = Invitation.objects.create(
        organization=locked,
        email=email,
        role=role,
        secret_digest=digest(secret),
        invited_by=by,
        invited_at=at,
        expires_at=at + settings.INVITATION_VALID_FOR,
    )
    record(MEMBER_INVITED, about=locked, by=by, organization=locked, details={"role": role}, now=at)
    emails.invitation(invitation=invitation, secret=secret, now=at)
    return invitation


@transaction.atomic
def accept_invitation(*, secret: str, by: User, now: datetime | None = None) -> Membership:
    """The person who got the letter joins. Only the invited address may, so a forwarded link opens nothing."""
    at = moment(now)
    found = Invitation.objects.select_for_update(of=("self",)).open(at).select_related("organization")
    invitation = found.filter(secret_digest=digest(secret)).first()
    if invitation is None:
        raise Refused(_("This invitation is no longer valid. Ask for a new one."), code="invitation_gone")
    if invitation.email.lower() != by.email.lower():
        raise Refused(_("This invitation is for another address. Log in with that address."), code="other_address")
    _refuse_while_erased(invitation.organization)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    organization = invitation.organization
    membership, made = Membership.objects.get_or_create(
        user=by, organization=organization, defaults={"role": invitation.role, "joined_at": at}
    )
    if made:
        details = {"role": membership.role}
        record(MEMBER_JOINED, about=organization, by=by, organization=organization, details=details, now=at)
    return membership


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, now: datetime | None = None) -> None:
    """Takes an open invitation back; its link opens nothing any more."""
    locked = _locked_for(invitation.organization, by)
    changed = locked.invitations.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=moment(now)
    )
    if changed:
        record(INVITATION_REVOKED, about=locked, by=by, organization=locked, now=now)


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User, now: datetime | None = None) -> None:
    """Gives a member another role. The last owner stays owner."""
    locked = _locked_for(membership.organization, by)
    current = Membership.objects.select_for_update().get(pk=membership.pk)
    if current.role == role:
        return
    _keep_an_owner(current)
    details = {"old": current.role, "new": role}
    current.role = role
    current.save(update_fields=["role"])
    record(MEMBER_ROLE_CHANGED, about=locked, by=by, organization=locked, details=details, now=now)


@transaction.atomic
def remove_member(*, membership: Membership, by: User, now: datetime | None = None) -> None:
    """Takes a member out of the organization (they may also leave themselves). The last owner stays."""
    locked = _locked_for(membership.organization, by, also=membership.user)
    current = Membership.objects.select_for_update().get(pk=membership.pk)
    _keep_an_owner(current)
    current.delete()
    record(MEMBER_REMOVED, about=locked, by=by, organization=locked, details={"user": membership.user_id}, now=now)


def _locked_for(organization: Organization, by: User, also: User | None = None) -> Organization:
    """The organization under its lock, so seats and owners are counted by one at a time; refuses those who may not."""
    locked = Organization.objects.select_for_update(of=("self",)).select_related("tier").get(pk=organization.pk)
    may = by.has_perm("accounts.change_organization") or by == also
    if not may and not locked.memberships.filter(user=by, role__in=INVITING_ROLES).exists():
        raise Refused(_("Only an owner of the organization can do this."), code="not_owner")
    return locked


def _refuse_while_erased(organization: Organization) -> None:
    """Who is in no other organization goes with it: nobody joins who was not there when that was decided."""
    if Erasure.objects.of(subject_of(organization)).open().exists():
        said = _("This organization is about to be erased: nobody can join it. Its owners can take that back.")
        raise Refused(said, code="erasing")


def _check_pace(organization: Organization, email: str, by: User, at: datetime) -> None:
    """Letters to strangers are few: to one address, of one person and of one organization within a day."""
    mine = Q(organization=organization) | Q(invited_by=by)
    today = Invitation.objects.filter(mine, invited_at__gt=at - timedelta(days=1))
    to_them = Invitation.objects.filter(email__iexact=email, invited_at__gt=at - timedelta(days=1))
    enough = today.count() >= MOST_INVITED_A_DAY + 2 * organization.entitlement.seats
    if enough or to_them.count() >= MOST_LETTERS_TO_ONE_A_DAY:
        raise Refused(_("That were many invitations for one day. Try again tomorrow."), code="too_many_invitations")


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(organization=membership.organization, role=MemberRole.OWNER)
    if membership.role == MemberRole.OWNER and not others.exclude(pk=membership.pk).exists():
        raise Refused(_("An organization needs an owner. Make somebody else owner first."), code="last_owner")
