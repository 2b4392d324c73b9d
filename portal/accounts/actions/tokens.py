from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.events import TOKEN_CREATED, TOKEN_REVOKED
from portal.accounts.models import ApiToken, User
from portal.accounts.states import TokenScope
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.tokens import digest, new_secret


@transaction.atomic
def create_api_token(
    *, user: User, name: str, scopes: list[str], expires_at: datetime | None = None, now: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown this once: only a digest is kept."""
    unknown = set(scopes) - set(TokenScope.values)
    if unknown or not scopes:
        raise Refused(_("Choose at least one scope for the token."), code="scope")
    secret = f"ptl_{new_secret()}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=secret[:8],
        secret_digest=digest(secret),
        scopes=sorted(scopes),
        created_at=moment(now),
        expires_at=expires_at,
    )
    record(TOKEN_CREATED, about=token, by=user, details={"scopes": token.scopes}, now=now)
    return token, secret


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: User, now: datetime | None = None) -> None:
    """The token opens nothing any more, from this moment on."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=moment(now))
    if changed:
        record(TOKEN_REVOKED, about=token, by=by, now=now)
