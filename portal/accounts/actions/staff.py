"""What an administrator does with accounts. Nobody learns or sets another person's password: a letter asks for one."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import emails
from portal.accounts.events import (
    PASSWORD_LETTER_SENT,
    SECOND_FACTOR_RESET,
    STAFF_ADDED,
    STAFF_ROLES_CHANGED,
    USER_DEACTIVATED,
    USER_REACTIVATED,
)
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Newcomer:
    """Somebody who joins the staff."""

    email: str
    name: str
    roles: list[str]
    time_zone: str = "UTC"
    language: str = "en"


@transaction.atomic
def add_staff(*, newcomer: Newcomer, by: User | None, now: datetime | None = None) -> User:
    """A staff account without a password; the letter that goes to its address lets the person choose one."""
    at = moment(now)
    if User.objects.filter(email__iexact=newcomer.email).exists():
        raise Refused(_("This address has an account already."), code="address_taken")
    user = User.objects.create_user(
        newcomer.email,
        name=newcomer.name,
        time_zone=newcomer.time_zone,
        language=newcomer.language,
        is_staff=True,
        joined_at=at,
    )
    EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
    user.groups.set(_groups(newcomer.roles))
    record(STAFF_ADDED, about=user, by=by, details={"roles": ", ".join(sorted(newcomer.roles))}, now=at)
    emails.choose_password(user=user, is_new=True, now=at)
    return user


@transaction.atomic
def change_staff_roles(*, user: User, roles: list[str], by: User, now: datetime | None = None) -> User:
    """Gives a member of the staff other roles; nobody changes their own, and without any role they are no staff."""
    if user == by:
        raise Refused(_("Nobody changes their own roles. Ask another administrator."), code="own_roles")
    locked = User.objects.select_for_update().get(pk=user.pk)
    old = sorted(locked.groups.values_list("name", flat=True))
    new = sorted(set(roles))
    if old == new and locked.is_staff == bool(new):
        return locked
    locked.groups.set(_groups(new))
    locked.is_staff = bool(new)
    locked.save(update_fields=["is_staff"])
    details = {"old": ", ".join(old) or "none", "new": ", ".join(new) or "none"}
    record(STAFF_ROLES_CHANGED, about=locked, by=by, details=details, now=now)
    return locked


@transaction.atomic
def deactivate(*, user: User, by: User, now: datetime | None = None) -> None:
    """Closes an account: its sessions end at once and its API tokens open nothing."""
    if user == by:
        raise Refused(_("Nobody closes their own account here."), code="own_account")
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        end_sessions(user=user)
        record(USER_DEACTIVATED, about=user, by=by, now=now)


@transaction.atomic
def reactivate(*, user: User, by: User, now: datetime | None = None) -> None:
    """Opens a closed account again."""
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        record(USER_REACTIVATED, about=user, by=by, now=now)


@transaction.atomic
def send_password_letter(*, user: User, by: User | None, now: datetime | None = None) -> None:
    """The person gets a letter with a link to choose a new password; the old one stays until they do."""
    at = moment(now)
    emails.choose_password(user=user, is_new=False, now=at)
    record(PASSWORD_LETTER_SENT, about=user, by=by, now=at)


@transaction.atomic
def reset_second_factor(*, user: User, by: User, now: datetime | None = None) -> None:
    """Takes every second factor away, for a person who lost theirs. Staff must enrol again before anything else."""
    if user == by:
        raise Refused(_("Nobody takes away their own second factor here."), code="own_factor")
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user)
    record(SECOND_FACTOR_RESET, about=user, by=by, now=now)


@transaction.atomic
def end_sessions(*, user: User, but: str | None = None) -> None:
    """Logs a person out everywhere, except in the session with the key `but`."""
    kept = user.usersession_set.exclude(session_key=but or "")  # type: ignore[attr-defined]  # allauth's
    Session.objects.filter(session_key__in=list(kept.values_list("session_key", flat=True))).delete()
    kept.delete()


def _groups(roles: list[str]) -> list[Group]:
    known = set(StaffRole.values)
    if unknown := set(roles) - known:
        raise Refused(_("There is no such role: %(role)s.") % {"role": ", ".join(sorted(unknown))}, code="role")
    return [Group.objects.get_or_create(name=role)[0] for role in roles]
