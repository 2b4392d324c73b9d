import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.db import IntegrityError

from portal.lib import logs


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What is written, in either format."""
    before = logging.getLogger().handlers
    logs.configure({"format": request.param, "level": "INFO"})
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(StringIO())
    yield handler.stream
    logs.configure(settings.LOGGING)
    logging.getLogger().handlers = before


def test_an_error_is_told_without_local_variables_and_without_the_row(written: StringIO) -> None:
    password = " ".join(["correct", "horse"])  # noqa: F841  # what must not be told
    try:
        raise IntegrityError(
            'duplicate key violates unique constraint "user_email_once"\nDETAIL:  Key (email)=(ada@example.org) exists.'
        )
    except IntegrityError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/invitations/the-secret/")
    line = written.getvalue()
    assert "IntegrityError" in line
    assert "user_email_once" in line
    for kept_back in ("correct horse", "ada@example.org", "the-secret"):
        assert kept_back not in line


def test_a_warning_about_a_request_names_no_address(written: StringIO) -> None:
    logging.getLogger("django.security.csrf").warning(
        "Forbidden (%s): %s", "no token", "/reset/the-secret/", extra={"request": "<GET the-secret>"}
    )
    line = written.getvalue()
    assert "Forbidden" in line
    assert "the-secret" not in line
