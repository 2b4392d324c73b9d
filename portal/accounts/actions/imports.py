"""People and organizations of another system come over. Nobody hears of it, and nobody becomes staff by it."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from portal.accounts.events import ORGANIZATION_IMPORTED, USER_IMPORTED
from portal.accounts.models import Membership, Organization, User
from portal.events.actions import record
from portal.lib.clock import moment


@dataclass(frozen=True)
class Arrival:
    """A person as the other system knew them. A colleague of ours comes over closed: an administrator opens the account
    and gives it roles."""

    email: str
    name: str
    joined_at: datetime
    time_zone: str = "UTC"
    organization: Organization | None = None
    is_verified: bool = False
    is_colleague: bool = False


@transaction.atomic
def bring_in_organization(
    *, name: str, created_at: datetime, by: User | None, now: datetime | None = None
) -> Organization:
    """Makes an organization without a tier."""
    organization = Organization.objects.create(name=name.strip()[:120], created_at=created_at)
    record(ORGANIZATION_IMPORTED, about=organization, by=by, organization=organization, now=moment(now))
    return organization


@transaction.atomic
def bring_in_person(*, arrival: Arrival, by: User | None, now: datetime | None = None) -> tuple[User, bool]:
    """Makes an account without a password, or answers the one that has the address; whether it is new. Who is there
    already keeps name, roles and state; only the membership is added, and never to somebody of the staff."""
    at = moment(now)
    user = User.objects.filter(email__iexact=arrival.email).first()
    is_new = user is None
    if user is None:
        user = User.objects.create_user(
            arrival.email.lower(),
            name=arrival.name.strip()[:120],
            time_zone=arrival.time_zone,
            joined_at=arrival.joined_at,
            is_active=not arrival.is_colleague,
        )
        if arrival.is_verified:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        record(USER_IMPORTED, about=user, by=by, organization=arrival.organization, now=at)
    if arrival.organization and not arrival.is_colleague and not user.is_staff:
        Membership.objects.get_or_create(
            user=user, organization=arrival.organization, defaults={"joined_at": arrival.joined_at}
        )
    return user, is_new
