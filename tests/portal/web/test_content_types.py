from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from portal.lib.content_types import is_readable

ODD = [
    "text/plain; charset=rot13",
    "application/x-www-form-urlencoded; charset=rot13",
    "application/json; charset=hex",
    "multipart/form-data; boundary=x; charset=base64",
    "text/plain; charset=utf-8; charset=rot13",
    "text/plain; charset*=no-such''utf-8",
    "multipart/form-data; boundary*=no-such''x",
    "text/plain; charset=\x00",
    "text/plain; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such",
]


@pytest.fixture
def answered() -> Callable[..., int]:
    """The status with which the whole application answers, as a web server sees it."""
    from portal.wsgi import application

    def ask(path: str, content_type: str, body: bytes = b"a=b", method: str = "POST") -> int:
        told: list[str] = []
        environ: dict[str, Any] = RequestFactory().generic(method, path, body).environ
        environ |= {"CONTENT_TYPE": content_type, "SERVER_NAME": "127.0.0.1"}
        list(application(environ, lambda status, _headers: told.append(status)))
        return int(told[0].split()[0])

    return ask


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ODD)
def test_an_encoding_that_is_none_is_refused_with_a_sentence(answered: Callable[..., int], content_type: str) -> None:
    for path in ("/tickets/new/", "/help/search/?q=a", "/api/v1/me", "/admin/"):
        assert answered(path, content_type) == 400
    assert answered("/help/", content_type, b"", "GET") == 400
    assert answered("/health/live", content_type, b"", "GET") == 200, "a watcher is always answered"


@pytest.mark.django_db
@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=\xff\xfe", f"; boundary={'x' * 300}"])
def test_a_form_whose_boundary_is_none_is_refused(boundary: str) -> None:
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/accounts/login/")
    answer = visitor.generic("POST", "/accounts/login/", b"--x--", content_type=f"multipart/form-data{boundary}")
    assert answer.status_code == 400
    assert "We could not read that request" in answer.text


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "utf-16", "latin-1"])
def test_what_django_can_make_a_request_of_is_left_as_it_is(charset: str) -> None:
    assert is_readable(f"text/plain; charset={charset}")
