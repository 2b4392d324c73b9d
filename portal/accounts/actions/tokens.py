from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.events import TOKEN_CREATED, TOKEN_REVOKED
from portal.accounts.models import ApiToken, User
from portal.accounts.states import TokenScope
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.tokens import digest, new_secret

MOST_TOKENS = 20


@dataclass(frozen=True)
class Wanted:
    """A token that somebody asks for. Without `valid_for` it works until it is revoked."""

    name: str
    scopes: list[str]
    valid_for: timedelta | None = None


@transaction.atomic
def create_api_token(*, wanted: Wanted, user: User, now: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once: only a digest is kept."""
    at = moment(now)
    if not wanted.scopes or set(wanted.scopes) - set(TokenScope.values):
        raise Refused(_("Choose at least one scope for the token."), code="scope")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once are counted one by one
    if ApiToken.objects.live(at).filter(user=user).count() >= MOST_TOKENS:
        raise Refused(_("You have too many tokens. Revoke one that is no longer used."), code="too_many_tokens")
    secret = f"ptl_{new_secret()}"
    token = ApiToken.objects.create(
        user=user,
        name=wanted.name,
        prefix=secret[:8],
        secret_digest=digest(secret),
        scopes=sorted(wanted.scopes),
        created_at=at,
        expires_at=at + wanted.valid_for if wanted.valid_for else None,
    )
    record(TOKEN_CREATED, about=token, by=user, details={"scopes": token.scopes}, now=at)
    return token, secret


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: User, now: datetime | None = None) -> None:
    """The token opens nothing any more, from this moment on."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=moment(now))
    if changed:
        record(TOKEN_REVOKED, about=token, by=by, now=now)
