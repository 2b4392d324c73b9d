"""What stands between a machine and an endpoint: its token, and the key that makes a request count once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.adapter import has_second_factor
from portal.accounts.models import ApiToken, IdempotencyKey, User
from portal.accounts.states import TokenScope
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.tokens import digest

KEYS_KEPT_FOR = timedelta(hours=24)
GIVES_UP_AFTER = timedelta(minutes=5)
NOTED_EVERY = timedelta(minutes=1)  # when a token was last used
_GRANTS = {
    TokenScope.READ: {TokenScope.READ, TokenScope.WRITE},
    TokenScope.WRITE: {TokenScope.WRITE},
    TokenScope.METRICS: {TokenScope.METRICS},
}


@dataclass(frozen=True)
class Answer:
    """What was answered the first time."""

    status_code: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def identify(*, header: str, scope: TokenScope, now: datetime | None = None) -> ApiToken:
    """The token that stands in the Authorization header, its `user` loaded as pages load who visits them.

    Refused with code `no_token`, `bad_token`, `second_factor` (staff must have enrolled one) or `scope`.
    """
    at = moment(now)
    scheme, _blank, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refused(_("Send an API token: “Authorization: Bearer …”."), code="no_token")
    token = ApiToken.objects.live(at).filter(secret_digest=digest(secret.strip())).first()
    user = User.objects.visitor(token.user_id) if token else None
    if token is None or user is None:
        raise Refused(_("This token is unknown, expired or revoked."), code="bad_token")
    token.user = user
    if user.is_staff and settings.STAFF_SECOND_FACTOR and not has_second_factor(user):
        raise Refused(_("Set up a second factor first: staff tokens work only with one."), code="second_factor")
    if not _GRANTS[scope] & set(token.scopes):
        raise Refused(_("This token lacks the scope “%(scope)s”.") % {"scope": scope.value}, code="scope")
    if token.last_used_at is None or token.last_used_at < at - NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token


@transaction.atomic
def begin_once(*, user: User, key: str, request_digest: str, now: datetime | None = None) -> IdempotencyKey | Answer:
    """Takes an idempotency key for a request, or answers what the same request was answered before.

    Refused with code `key_reused` when the key stood for another request, `in_progress` while the first one runs.
    """
    at = moment(now)
    fields = {"request_digest": request_digest, "created_at": at}
    row, made = IdempotencyKey.objects.select_for_update().get_or_create(user=user, key=key, defaults=fields)
    if not made and row.created_at < at - KEYS_KEPT_FOR:
        row.delete()
        row, made = IdempotencyKey.objects.create(user=user, key=key, **fields), True
    if made:
        return row
    if row.request_digest != request_digest:
        raise Refused(_("This idempotency key was used for another request."), code="key_reused")
    if row.status_code is not None:
        return Answer(row.status_code, row.body, row.headers)
    if row.created_at > at - GIVES_UP_AFTER:
        raise Refused(_("The first request with this key is still running."), code="in_progress")
    row.created_at = at  # the process that took it died before it changed anything
    row.save(update_fields=["created_at"])
    return row


@transaction.atomic
def finish_once(*, begun: IdempotencyKey, answer: Answer) -> None:
    """Keeps the answer. Called in the transaction that made the change, so both are kept or neither."""
    IdempotencyKey.objects.filter(pk=begun.pk).update(
        status_code=answer.status_code, body=answer.body, headers=answer.headers
    )


@transaction.atomic
def forget_once(*, begun: IdempotencyKey) -> None:
    """The request failed and changed nothing: the same key may be tried again."""
    IdempotencyKey.objects.filter(pk=begun.pk, status_code=None).delete()


@transaction.atomic
def prune_keys(*, now: datetime | None = None) -> int:
    """Forgets keys that are older than a day; answers how many."""
    return IdempotencyKey.objects.filter(created_at__lt=moment(now) - KEYS_KEPT_FOR).delete()[0]
