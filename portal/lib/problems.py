"""An error as RFC 9457 has it, for every door that programs come through."""

from http import HTTPStatus
from typing import Any

MEDIA_TYPE = "application/problem+json"


def problem_body(status: int, code: str, detail: str) -> dict[str, Any]:
    """The body of an error: `code` is for programs and stays the same when the words change, `detail` for people."""
    title = HTTPStatus(status).phrase.capitalize()
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
