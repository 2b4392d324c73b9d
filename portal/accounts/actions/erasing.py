"""Erasing a person or an organization: asked for, revocable for some days, then carried out piece by piece.

What is left to do is what can still be found, so a death in the middle costs nothing: the next sweep finds the rest.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import emails
from portal.accounts.actions.staff import end_sessions
from portal.accounts.events import ERASURE_ASKED, ERASURE_REVOKED, ORGANIZATION_ERASED, USER_ERASED
from portal.accounts.models import Erasure, Organization, User
from portal.accounts.privacy import subject_of
from portal.accounts.querysets.privacy import held, row_of
from portal.accounts.states import INVITING_ROLES, MemberRole
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.privacy import erasers, hindrances
from portal.lib.refusals import Refused

BATCH = 500


def check_may_decide(*, of: User | Organization, by: User, permission: str) -> None:
    """A person about themselves, an owner about the organization, staff with the permission about everybody."""
    if by.has_perm(permission) or by == of:
        return
    if isinstance(of, Organization) and of.memberships.filter(user=by, role__in=INVITING_ROLES).exists():
        return
    raise Refused(_("Only the person themselves, or an owner of the organization, can ask for this."), code="not_yours")


@transaction.atomic
def ask_erasure(*, of: User | Organization, by: User, typed: str, now: datetime | None = None) -> Erasure:
    """Has a person or an organization erased once some days have passed; asked again it answers the same wish.

    `typed` is the person's address, or the organization's name: without it nothing happens (`not_confirmed`). A person
    takes those organizations along in which nobody else is; an organization takes those people along who are in no
    other. Refused for staff, for the last owner of an organization with others in it, and while an app objects.
    """
    at = moment(now)
    check_may_decide(of=of, by=by, permission="accounts.add_erasure")
    locked = held(of)
    name = locked.email if isinstance(locked, User) else locked.name
    if " ".join(typed.split()).casefold() != " ".join(name.split()).casefold():
        raise Refused(
            _("Write it just as it stands there, so that nothing is erased by mistake."), code="not_confirmed"
        )
    erasure = _asked(locked, by, None, at)
    if erasure.asked_at == at:
        _warn(erasure, locked, at)
    return erasure


def _asked(row: User | Organization, by: User | None, because: Erasure | None, at: datetime) -> Erasure:
    subject = subject_of(row)
    open_wish = Erasure.objects.of(subject).open().first()
    if open_wish is not None:
        return open_wish
    _refuse_what_cannot_be(row)
    due_at = because.due_at if because else at + timedelta(days=settings.ERASURE_DAYS)
    by_id = by.pk if by else None
    wish = Erasure(subject_kind=subject.kind, subject_id=subject.pk, asked_by_id=by_id, asked_at=at, due_at=due_at)
    wish.follows = because
    wish.save(force_insert=True)
    organization = row if isinstance(row, Organization) else None
    details = {"erasure": wish.pk, "days": (due_at - at).days}
    record(ERASURE_ASKED, about=row, by=by, organization=organization, details=details, now=at)
    if isinstance(row, User):
        for alone in _organizations_of_nobody_else(row):
            _asked(alone, by, wish, at)
    return wish


def _refuse_what_cannot_be(row: User | Organization) -> None:
    if isinstance(row, User):
        if row.is_staff:
            raise Refused(_("Take the staff roles away first."), code="is_staff")
        for membership in row.memberships.filter(role=MemberRole.OWNER).select_related("organization"):
            others = membership.organization.memberships.exclude(user=row)
            if others.exists() and not others.filter(role=MemberRole.OWNER).exists():
                sentence = _("Make somebody else owner of %(organization)s first, or erase it as well.")
                raise Refused(sentence % {"organization": membership.organization}, code="last_owner")
    for sentence in hindrances(subject_of(row)):
        raise Refused(sentence, code="hindered")


def _organizations_of_nobody_else(user: User) -> list[Organization]:
    found = Organization.objects.of_member(user)
    return [one for one in found if not one.memberships.exclude(user=user).exists()]


def _warn(erasure: Erasure, row: User | Organization, at: datetime) -> None:
    """Whoever is erased hears of it in time to take it back."""
    if isinstance(row, User):
        emails.erasure_asked(erasure=erasure, row=row, to=row, now=at)
        return
    for owner in User.objects.filter(memberships__organization=row, memberships__role=MemberRole.OWNER):
        emails.erasure_asked(erasure=erasure, row=row, to=owner, now=at)


@transaction.atomic
def revoke_erasure(*, of: User | Organization, by: User, now: datetime | None = None) -> bool:
    """Takes the wish back, with those that followed from it. Once it is being carried out it is too late."""
    at = moment(now)
    check_may_decide(of=of, by=by, permission="accounts.add_erasure")
    wish = Erasure.objects.of(subject_of(of)).open().select_for_update(of=("self",)).first()
    if wish is None:
        return False
    if not wish.is_revocable:
        raise Refused(_("It is being erased already."), code="erasing")
    Erasure.objects.open().filter(follows=wish, started_at=None).update(revoked_at=at)
    wish.revoked_at = at
    wish.save(update_fields=["revoked_at"])
    organization = of if isinstance(of, Organization) else None
    record(ERASURE_REVOKED, about=of, by=by, organization=organization, details={"erasure": wish.pk}, now=at)
    return True


@transaction.atomic
def erase_next(*, now: datetime | None = None) -> bool:
    """Takes the next piece of a due erasure away, in a transaction of its own. False when nothing is due."""
    at = moment(now)
    wish = Erasure.objects.to_carry_out(at).first()
    if wish is None:
        return False
    row = row_of(wish)
    if wish.started_at is None:
        _begin(wish, row, at)
        return True
    for name, source in erasers() if row else []:
        count = source(subject_of(row), BATCH)
        if count:
            wish.erased = {**wish.erased, name: wish.erased.get(name, 0) + count}
            wish.save(update_fields=["erased"])
            return True
    wish.finished_at = at
    wish.save(update_fields=["finished_at"])
    if row is not None:
        event = USER_ERASED if isinstance(row, User) else ORGANIZATION_ERASED
        organization = row if isinstance(row, Organization) else None
        record(event, about=row, organization=organization, details={"erasure": wish.pk}, now=at)
    return True


def _begin(wish: Erasure, row: User | Organization | None, at: datetime) -> None:
    """Closes the door, so that nothing new comes in while the old goes out."""
    wish.started_at = at
    wish.save(update_fields=["started_at"])
    if isinstance(row, User):
        User.objects.filter(pk=row.pk).update(is_active=False)
        end_sessions(user=row)
        row.api_tokens.all().delete()
    elif row is not None:
        for person in User.objects.only_in(row):
            Erasure.objects.get_or_create(
                subject_kind=subject_of(person).kind,
                subject_id=person.pk,
                revoked_at=None,
                finished_at=None,
                defaults={"asked_by_id": wish.asked_by_id, "asked_at": at, "due_at": at, "follows": wish},
            )
