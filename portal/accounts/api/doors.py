"""What every endpoint checks before it does anything, and how it is described."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Router
from ninja.security import HttpBearer

import portal.accounts.actions as accounts
from portal.accounts.api.answers import written
from portal.accounts.context import actor
from portal.accounts.models import ApiToken, IdempotencyKey, Membership, User
from portal.accounts.states import TokenScope
from portal.lib.clock import moment
from portal.lib.rate_limits import Allowance, take
from portal.lib.refusals import Refused
from portal.lib.tokens import digest
from portal.lib.visitors import place_of

STAFF_REQUESTS_PER_MINUTE = 1200
VISITOR_REQUESTS_PER_MINUTE = 60
MOST_KEY_CHARACTERS = 200
MOST_BYTES = 256 * 1024  # the longest message, each of its characters escaped
_UNKNOWN = {"no_token", "bad_token"}
_KEPT_HEADERS = ("ETag", "Location")
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": MOST_KEY_CHARACTERS, "pattern": "^[!-~]*$"},
    "description": "The same key with the same request counts once for 24 hours and gets the same answer.",
}
_VERSION: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    "description": "The ETag of what you change, so that you overwrite nothing you have not seen.",
}
BYTES = object()
_BYTES: dict[int, Any] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    302: {"description": "Fetch it there, without the token."},
}
Endpoint = Callable[..., HttpResponseBase]


class Bearer(HttpBearer):
    """A token with that scope. A cookie counts for nothing, so no CSRF token is needed.

    `takes` is the media type of a body, `most_bytes` how long it may be.
    """

    def __init__(self, scope: TokenScope, *, takes: str = "application/json", most_bytes: int = MOST_BYTES) -> None:
        super().__init__()
        self.scope, self.takes, self.most_bytes = scope, takes, most_bytes

    def __call__(self, request: HttpRequest) -> Any:
        self._check_body(request)
        token = self._identified(request)
        structlog.contextvars.bind_contextvars(user_id=token.user.pk, token_id=token.pk)
        request.user = token.user
        _count(request, f"api:token:{token.pk}", _limit_of(token))
        return token

    def _identified(self, request: HttpRequest) -> ApiToken:
        """Who comes with no token, or with wrong ones, is counted by where they come from."""
        try:
            return accounts.identify(header=request.headers.get("Authorization", ""), scope=self.scope)
        except Refused as refusal:
            if refusal.code in _UNKNOWN:
                _count(request, f"api:unknown:{_place(request)}", VISITOR_REQUESTS_PER_MINUTE)
            raise

    def _check_body(self, request: HttpRequest) -> None:
        told = request.META.get("CONTENT_LENGTH") or "0"
        length = int(told) if told.isdecimal() else 0
        if length > self.most_bytes:
            raise Refused(f"A request here has at most {self.most_bytes // 1024} KiB.", code="too_large")
        if length and request.method not in {"GET", "DELETE"} and request.content_type != self.takes:
            raise Refused(f"Send a body as {self.takes}.", code="media_type")

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError  # the header is read above, so that each way to be wrong has its own code


class Anybody(Bearer):
    """A token may come along and then opens more; without one everybody reads what is public."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return super().__call__(request)
        self._check_body(request)
        request.user = AnonymousUser()
        _count(request, f"api:visitor:{_place(request)}", VISITOR_REQUESTS_PER_MINUTE)
        return request.user


@dataclass(frozen=True)
class Manner:
    """How an endpoint is opened. `needs_version`: it changes what the caller must have seen, told by If-Match;
    `takes_version`: that may be told. `is_whole`: what it does and the answer to its idempotency key are kept together
    or neither; not so where bytes are written, which stands outside of transactions."""

    auth: Bearer
    status: int = 200
    needs_version: bool = False
    takes_version: bool = False
    is_whole: bool = True

    def but(self, **changes: Any) -> "Manner":
        return replace(self, **changes)

    @property
    def scope(self) -> str:
        return "" if isinstance(self.auth, Anybody) else self.auth.scope.value


OPEN = Manner(Anybody(TokenScope.READ))
READS = Manner(Bearer(TokenScope.READ))
WRITES = Manner(Bearer(TokenScope.WRITE))


def endpoint(router: Router, route: str, answers: Any, manner: Manner) -> Callable[[Endpoint], Endpoint]:
    """Makes an endpoint of a function that answers by `told`: `@endpoint(router, "GET /me", Me, READS)`.

    The function's docstring is its description: the first line its summary. `BYTES` are answered as they are, or by a
    redirect to where they are kept; without `answers` there is no body.
    """
    method, _blank, path = route.partition(" ")

    def decorate(function: Endpoint) -> Endpoint:
        words = (function.__doc__ or "").strip()

        @wraps(function)
        def run(request: HttpRequest, **given: Any) -> HttpResponseBase:
            _refuse_unknown(request, run)
            if method == "POST" and "Idempotency-Key" in request.headers:
                return _once(request, lambda: function(request, **given), is_whole=manner.is_whole)
            return function(request, **given)

        router.api_operation(
            [method],
            path,
            auth=manner.auth,
            response={manner.status: None if answers is BYTES else answers},
            summary=words.split("\n")[0].rstrip("."),
            description=words,
            operation_id=function.__name__,
            url_name=function.__name__,
            openapi_extra={**_described(method, manner), **({"responses": _BYTES} if answers is BYTES else {})},
        )(run)
        return run

    return decorate


@contextmanager
def fresh(request: HttpRequest, lock: Callable[[], Any], *, is_needed: bool = True) -> Iterator[Any]:
    """The row to change, locked by `lock` until the block ends, if it still has the version that If-Match names.

    Refused with code `no_if_match` or `stale`.
    """
    wanted = request.headers.get("If-Match", "").strip()
    if is_needed and not wanted:
        raise Refused("Send the ETag of what you change as If-Match.", code="no_if_match")
    with transaction.atomic():
        row = lock()
        if wanted and f'"{row.version}"' not in [one.strip() for one in wanted.split(",")]:
            raise Refused("It has changed since. Read it again, then decide.", code="stale")
        yield row


def _described(method: str, manner: Manner) -> dict[str, Any]:
    parameters = [_KEY] if method == "POST" else []
    if manner.needs_version or manner.takes_version:
        parameters.append({**_VERSION, "required": manner.needs_version})
    more: dict[str, Any] = {"x-scope": manner.scope}
    return {**more, "parameters": parameters} if parameters else more


def _refuse_unknown(request: HttpRequest, run: Endpoint) -> None:
    """A misspelled filter that is dropped answers more than was asked for; so it is an error."""
    models = run._ninja_operation.models  # type: ignore[attr-defined]  # set by the router
    known = {name for one in models if one.__ninja_param_source__ == "query" for name in one.__ninja_flatten_map__}
    for name, values in request.GET.lists():
        if name not in known:
            raise Refused(f"There is no parameter “{name}” here.", code="bad_query")
        if len(values) > 1:
            raise Refused(f"The parameter “{name}” stands there twice.", code="bad_query")


def _once(request: HttpRequest, run: Callable[[], Any], *, is_whole: bool) -> HttpResponse:
    key = request.headers["Idempotency-Key"]
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= MOST_KEY_CHARACTERS:
        raise Refused("An idempotency key has 1 to 200 plain characters.", code="bad_header")
    asked = digest(f"{request.method}\n{request.get_full_path()}\n{_sent(request)}")
    begun = accounts.begin_once(user=actor(request), key=key, request_digest=asked)
    if not isinstance(begun, IdempotencyKey):
        return written(begun.status_code, begun.body, begun.headers)
    try:
        with transaction.atomic() if is_whole else nullcontext():
            response: HttpResponse = run()
            headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
            answer = accounts.Answer(response.status_code, json.loads(response.content), headers)
            accounts.finish_once(begun=begun, answer=answer)
    except BaseException:
        accounts.forget_once(begun=begun)
        raise
    return response


def _sent(request: HttpRequest) -> str:
    """The body; of files, which are not held in memory, their names and digests."""
    if request.content_type != "multipart/form-data":
        return request.body.decode(errors="replace")
    told = [("", name, str(values)) for name, values in sorted(request.POST.lists())]
    for part, files in sorted(request.FILES.lists()):
        for one in files:
            whole = hashlib.sha256()
            for piece in one.chunks():
                whole.update(piece)
            told.append((part, str(one.name), whole.hexdigest()))
    return json.dumps(told)


def _place(request: HttpRequest) -> str:
    return place_of(request.META.get("REMOTE_ADDR", ""))


def _count(request: HttpRequest, key: str, limit: int) -> None:
    allowance: Allowance = take(key, limit=limit, now=moment(None))
    request.allowance = allowance  # type: ignore[attr-defined]  # told in the headers of whatever is answered
    if allowance.is_over:
        raise Refused("Too many requests in a minute.", code="rate_limit")


def _limit_of(token: ApiToken) -> int:
    """Each token has the requests that its person's best plan gives."""
    user: User = token.user
    if user.is_staff:
        return STAFF_REQUESTS_PER_MINUTE
    memberships = Membership.objects.filter(user=user).select_related("organization__tier")
    return max([one.organization.entitlement.api_requests_per_minute for one in memberships], default=30)


__all__ = ["BYTES", "OPEN", "READS", "WRITES", "Bearer", "Manner", "endpoint", "fresh"]
