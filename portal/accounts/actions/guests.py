"""People who wrote to us without signing up. They are accounts without a password: who owns the address can choose one
at any time (the letter of a forgotten password), and then has all that was written with it."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@transaction.atomic
def welcome_guest(*, email: str, name: str = "", is_proven: bool = False, now: datetime | None = None) -> User:
    """The account of that address, made if there is none. `is_proven`: who asks has shown that they read its letters.

    Then a password of somebody who never showed the same, nor logged in, is worth nothing any more. Refuses an account
    that was closed (`account_closed`).
    """
    user = User.objects.filter(email__iexact=email).first() or _made(email, name, moment(now))
    if not user.is_active:
        raise Refused(_("The account of this address was closed."), code="account_closed")
    if is_proven and not (user.is_staff or user.last_login or _is_verified(user, email)):
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.filter(user=user, email__iexact=email).delete()
        EmailAddress.objects.create(user=user, email=email.lower(), verified=True, primary=True)
    return user


def _is_verified(user: User, email: str) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists()


def _made(email: str, name: str, at: datetime) -> User:
    """Two who come at once get the same."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email.lower(), name=name, joined_at=at)
    except IntegrityError:
        return User.objects.get(email__iexact=email)
