"""What goes over the wire: answers as JSON, errors as problems."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from pydantic import BaseModel

from portal.lib.problems import MEDIA_TYPE, problem_body

STATUS = {
    **dict.fromkeys(["bad_query", "bad_cursor", "bad_json", "bad_header"], 400),
    **dict.fromkeys(["no_token", "bad_token"], 401),
    **dict.fromkeys(["second_factor", "scope", "staff_only"], 403),
    **dict.fromkeys(["key_reused", "too_long", "empty", "other_organization", "unknown", "invalid"], 422),
    **dict.fromkeys(["file_empty", "file_program", "file_gone"], 422),
    "stale": 412,
    **dict.fromkeys(["too_large", "file_large"], 413),
    "media_type": 415,
    "no_if_match": 428,
    "rate_limit": 429,
}  # every other refusal is a conflict


def told(body: BaseModel, *, status: int = 200, etag: str = "", **headers: str) -> HttpResponse:
    """The answer of an endpoint; `etag` names the version of what is shown."""
    fields = {**headers, **({"ETag": etag} if etag else {})}
    return written(status, body.model_dump(mode="json"), fields)


def written(status: int, body: Any, headers: dict[str, str] | None = None) -> HttpResponse:
    content = json.dumps(body, cls=DjangoJSONEncoder)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    """An error as RFC 9457 has it; `code` is for programs, `detail` for people."""
    if status == 401:
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    content = json.dumps({**problem_body(status, code, detail), **more}, cls=DjangoJSONEncoder)
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)


def etag_of(version: int) -> str:
    """The ETag of a row by its version."""
    return f'"{version}"'
