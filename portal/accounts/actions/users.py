"""What people do with their own account."""

from dataclasses import asdict, dataclass
from datetime import datetime, time

from django.db import transaction

from portal.accounts.actions.organizations import sign_up
from portal.accounts.events import PROFILE_CHANGED, USER_REGISTERED
from portal.accounts.models import User
from portal.events.actions import record


@dataclass(frozen=True)
class Profile:
    """What a person tells of themselves."""

    name: str
    time_zone: str
    language: str = "en"
    quiet_from: time | None = None
    quiet_until: time | None = None

    @classmethod
    def of(cls, user: User) -> "Profile":
        """What that person told so far."""
        return cls(user.name, user.time_zone, user.language, user.quiet_from, user.quiet_until)


@transaction.atomic
def register(*, user: User, profile: Profile, organization_name: str = "", now: datetime | None = None) -> User:
    """Completes a fresh account; with an organization's name it makes that organization with this owner."""
    user.name, user.time_zone, user.language = profile.name, profile.time_zone, profile.language
    user.save(update_fields=["name", "time_zone", "language"])
    record(USER_REGISTERED, about=user, by=user, now=now)
    if organization_name.strip():
        sign_up(user=user, organization_name=organization_name, time_zone=user.time_zone, now=now)
    return user


@transaction.atomic
def change_profile(*, user: User, profile: Profile, by: User, now: datetime | None = None) -> User:
    """Name, zone, language and quiet hours of a person; what did not change is left alone."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name, value in asdict(profile).items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, getattr(profile, name))
    if changed:
        locked.save(update_fields=changed)
        record(PROFILE_CHANGED, about=locked, by=by, details={"fields": changed}, now=now)
    return locked
