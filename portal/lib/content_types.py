"""A Content-Type that cannot be read must not break the request before anything of ours has seen it."""

from codecs import lookup
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

UNREADABLE = "text/plain; charset=unreadable"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ReadableContentTypes:
    """Around the WSGI application: what Django would fail over while it makes the request (a charset that is none for
    text, parameters that nobody can decode) becomes a charset that is known to nobody. `portal.web.middleware` refuses
    that with a sentence, and it is logged and counted as every request is."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("CONTENT_TYPE", "")
        if given and not is_readable(given):
            environ["CONTENT_TYPE"] = UNREADABLE
        return self.application(environ, start_response)


def is_readable(content_type: str) -> bool:
    """Whether Django can make a request with it."""
    try:
        _kind, parameters = parse_header_parameters(content_type)
        "".encode(lookup(parameters.get("charset", "utf-8")).name)
    except (LookupError, ValueError):
        return False
    return True
