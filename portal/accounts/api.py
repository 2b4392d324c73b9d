"""The door for machines: every endpoint of every app is made by `endpoint`, so all keep the same manners."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

import portal.accounts.actions as accounts
from portal.accounts.context import actor
from portal.accounts.models import IdempotencyKey, Membership, User
from portal.accounts.states import MemberRole, TokenScope
from portal.lib.clock import moment
from portal.lib.openapi import Operation, Schema
from portal.lib.rate_limits import Allowance, take
from portal.lib.refusals import Refused
from portal.lib.tokens import digest

STAFF_REQUESTS_PER_MINUTE = 1200
_STATUS = {"no_token": 401, "bad_token": 401, "second_factor": 403, "scope": 403, "key_reused": 422, "bad_json": 400}
_TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 422: "Unprocessable content", 429: "Too many requests",
}  # fmt: skip
Body = dict[str, Any]
Endpoint = Callable[..., Body | tuple[int, Body]]


def endpoint(
    method: str, scope: TokenScope, *, answers: Schema | None = None
) -> Callable[[Endpoint], Callable[..., HttpResponse]]:
    """Makes a view of a function that answers a body, or a status and a body.

    Authenticates by token (a cookie counts for nothing, so no CSRF token is needed), limits the rate, hands the
    decoded body over as `request.sent`, honors `Idempotency-Key` on a POST, and says errors as problem+json.
    The function's docstring and `answers` (a JSON Schema) stand in the API's reference.
    """

    def decorate(function: Endpoint) -> Callable[..., HttpResponse]:
        @wraps(function)
        def view(request: HttpRequest, **place: Any) -> HttpResponse:
            allowance = None
            try:
                if request.method != method:
                    return problem(405, "method", f"Use {method}.", {"Allow": method})
                user = accounts.authenticate(header=request.headers.get("Authorization", ""), scope=scope)
                request.user = user
                allowance = _take(user)
                if allowance.is_over:
                    return problem(429, "rate_limit", "Too many requests in a minute.", allowance.headers())
                answer = _answer(request, function, place)
            except Refused as refusal:
                return problem(_STATUS.get(refusal.code, 409), refusal.code, str(refusal), _fields(allowance))
            except Http404:
                return problem(404, "not_found", "There is no such thing, or not for you.", _fields(allowance))
            return _json(answer.status_code, answer.body, _fields(allowance))

        told = Operation(method, scope.value, function.__doc__ or "", answers or {"type": "object"})
        view.operation = told  # type: ignore[attr-defined]  # portal.api collects them
        return csrf_exempt(login_not_required(view))

    return decorate


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """An error as RFC 9457 has it; `code` is for programs, `detail` for people."""
    body = {"type": "about:blank", "title": _TITLES[status], "status": status, "code": code, "detail": detail}
    if status == 401:
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    return _json(status, body, headers, "application/problem+json")


def _answer(request: HttpRequest, function: Endpoint, place: Body) -> accounts.Answer:
    request.sent = _decoded(request)  # type: ignore[attr-defined]  # read by the endpoints
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key:
        return _run(request, function, place)
    asked = digest(f"{request.path}\n{request.body.decode(errors='replace')}")
    begun = accounts.begin_once(user=actor(request), key=key[:200], request_digest=asked)
    if not isinstance(begun, IdempotencyKey):
        return begun
    try:
        with transaction.atomic():
            answer = _run(request, function, place)
            answer = accounts.Answer(answer.status_code, json.loads(json.dumps(answer.body, cls=DjangoJSONEncoder)))
            accounts.finish_once(begun=begun, answer=answer)
    except BaseException:
        accounts.forget_once(begun=begun)
        raise
    return answer


def _run(request: HttpRequest, function: Endpoint, place: Body) -> accounts.Answer:
    found = function(request, **place)
    return accounts.Answer(*found) if isinstance(found, tuple) else accounts.Answer(200, found)


def _decoded(request: HttpRequest) -> Body:
    if not request.body:
        return {}
    try:
        sent = json.loads(request.body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise Refused("The body must be a JSON object.", code="bad_json")
    return sent


def _take(user: User) -> Allowance:
    limit = STAFF_REQUESTS_PER_MINUTE
    if not user.is_staff:
        memberships = Membership.objects.filter(user=user).select_related("organization__tier")
        limit = max([one.organization.entitlement.api_requests_per_minute for one in memberships], default=30)
    return take(f"api:{user.pk}", limit=limit, now=moment(None))


def _fields(allowance: Allowance | None) -> dict[str, str]:
    return allowance.headers() if allowance else {}


def _json(
    status: int, body: Body, headers: dict[str, str] | None = None, content_type: str = "application/json"
) -> HttpResponse:
    content = json.dumps(body, cls=DjangoJSONEncoder)
    fields = {"Cache-Control": "no-store", **(headers or {})}
    return HttpResponse(content, status=status, content_type=content_type, headers=fields)


_TEXT = {"type": "string"}
_ME: Schema = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "name": _TEXT,
        "email": {"type": "string", "format": "email"},
        "time_zone": _TEXT,
        "language": _TEXT,
        "organizations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": _TEXT,
                    "name": _TEXT,
                    "role": {"type": "string", "enum": MemberRole.values},
                    "tier": {"type": ["string", "null"]},
                },
            },
        },
    },
}


@endpoint("GET", TokenScope.READ, answers=_ME)
def me(request: HttpRequest) -> Body:
    """Who the token speaks for, and in which organizations."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # authenticate answered it
    memberships = user.memberships.select_related("organization__tier").order_by("organization__name")
    return {
        "id": user.public_id,
        "name": user.name,
        "email": user.email,
        "time_zone": user.time_zone,
        "language": user.language,
        "organizations": [
            {
                "id": one.organization.public_id,
                "name": one.organization.name,
                "role": one.role,
                "tier": one.organization.entitlement.tier or None,
            }
            for one in memberships
        ],
    }


urlpatterns = [path("me", me, name="me")]
