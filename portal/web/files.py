"""Manners of handing over a file that somebody sent: it is never a page of ours, and no script in it runs."""

from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import content_disposition_header

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
Response = TypeVar("Response", bound=HttpResponseBase)


def guarded(response: Response, name: str, *, is_shown: bool) -> Response:
    """The type is the one we say, nothing in it runs, and unless `is_shown` it is kept instead of shown."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    if not is_shown:
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def is_of_files_host(request: HttpRequest) -> bool:
    """Whether the request came in at the origin that has nothing but files: no cookie of ours is sent there."""
    return bool(settings.FILES_HOST) and request.get_host() == settings.FILES_HOST
