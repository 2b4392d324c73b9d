import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from billing.actions import move_plan
from portal.lib.logs import CATEGORIES, configure
from portal.outbox.models import Letter
from tests.factories.accounts import MembershipFactory, OrganizationFactory, UserFactory
from tests.factories.billing import PlanFactory
from tests.portal.accounts.letters import link_in

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Read]:
    """What is written while the test runs, as in production: JSON, one line each."""
    configure({"format": "json", "level": "INFO"})
    written = io.StringIO()
    logging.getLogger().handlers[0].stream = written
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    configure(settings.LOGGING)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_line_tells_its_category_moment_and_level(lines: Read, category: str) -> None:
    structlog.get_logger(f"portal.{category}").warning("something_happened", count=3)
    line = lines()[0]
    assert (line["category"], line["event"], line["level"], line["count"]) == (
        category,
        "something_happened",
        "warning",
        3,
    )
    assert line["timestamp"].endswith("Z")


def test_what_other_libraries_log_is_application(lines: Read) -> None:
    logging.getLogger("somebody.else").warning("%s is full", "the disk", extra={"percent": 99})
    line = lines()[0]
    assert (line["category"], line["event"], line["percent"]) == ("application", "the disk is full", 99)


@pytest.mark.parametrize(
    "secret",
    [
        "ada@example.org", "/accounts/invitations/vyXN0cmFuZ2Vfc2VjcmV0X3Rva2Vu/", "ptl_abcdefghijk",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "redis://:hunter2@localhost/0",
        "/accounts/password/reset/key/3-d0p4f9-0123456789abcdef0123456789abcdef/",
    ],
)  # fmt: skip
def test_addresses_and_secrets_are_struck_out_wherever_they_stand(lines: Read, secret: str) -> None:
    log = structlog.get_logger("portal.system")
    log.info("said", reason=f"550 {secret} is unknown", inner={"list": [f"<{secret}>"]})
    logging.getLogger("somebody.else").error("refused: %s", secret)
    told = max(secret.split("/"), key=len).split("@")[0].strip(":")
    assert told not in json.dumps(lines())
    assert json.dumps(lines()).count("[struck out]") == 3


def test_values_under_a_telling_key_are_struck_out_at_any_depth(lines: Read) -> None:
    structlog.get_logger("portal.system").info("asked", password="a b", headers={"Authorization": "x", "accept": "y"})
    assert lines()[0]["password"] == "[struck out]"
    assert lines()[0]["headers"] == {"Authorization": "[struck out]", "accept": "y"}


def test_a_traceback_shows_where_but_no_values(lines: Read) -> None:
    def fails(password: str) -> None:
        raise ValueError("no letter to ada@example.org")

    try:
        fails("hunter two")
    except ValueError:
        structlog.get_logger("portal.application").exception("failed")
    told = lines()[0]
    assert told["exception"][0]["exc_type"] == "ValueError"
    assert told["exception"][0]["frames"][-1]["name"] == "fails"
    assert "hunter" not in json.dumps(told)
    assert "ada@" not in json.dumps(told)


def test_the_row_that_a_database_quotes_is_not_told(lines: Read) -> None:
    try:
        raise IntegrityError('violates "name_once"\nDETAIL:  Key (name)=(Ada Lovelace) already exists.')
    except IntegrityError:
        structlog.get_logger("portal.application").exception("failed")
    assert "name_once" in json.dumps(lines())
    assert "Lovelace" not in json.dumps(lines())


def test_the_clock_and_the_broker_do_not_fill_the_log(lines: Read) -> None:
    logging.getLogger("celery.beat").info("Scheduler: Sending due task")
    logging.getLogger("celery.worker.strategy").info("Task received")
    logging.getLogger("celery.app.trace").info("Task succeeded")
    logging.getLogger("celery.app.trace").error("Task failed")
    assert [line["event"] for line in lines()] == ["Task failed"]


@pytest.mark.django_db
def test_no_address_and_no_secret_of_a_sign_up_or_a_failed_log_in_is_logged(lines: Read, client: Client) -> None:
    words = {
        "name": "Ada Lovelace",
        "organization": "Analytical Engines",
        "email": "ada@example.org",
        "password1": "correct horse battery",
        "time_zone": "Europe/London",
    }
    assert client.post(reverse("account_signup"), words).status_code == 302
    link = link_in(Letter.objects.get())
    client.get(link)
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": "wrong horse battery"})
    client.get("/accounts/nowhere/?login=ada@example.org")
    logging.getLogger("django.request").error("Internal Server Error: %s", link)
    written = json.dumps(lines())
    assert "log_in_failed" in written
    for secret in ("ada", "Ada", "horse", "Analytical", link.rstrip("/").rsplit("/", 1)[-1]):
        assert secret not in written


@pytest.mark.django_db
def test_log_in_and_log_out_are_activity_of_a_user_in_an_organization(lines: Read, client: Client) -> None:
    user = UserFactory(with_verified_address=True)
    membership = MembershipFactory(user=user)
    client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    client.get(reverse("accounts:profile"))
    client.post(reverse("account_logout"))
    found = {line["event"]: line for line in lines() if line["category"] == "activity"}
    assert found["logged_in"]["user_id"] == found["logged_out"]["user_id"] == user.pk
    assert found["logged_out"]["organization_id"] == membership.organization_id
    assert found["logged_out"]["request_id"]
    visits = [line for line in lines() if line.get("view") == "accounts:profile"]
    assert (visits[0]["user_id"], visits[0]["organization_id"]) == (user.pk, membership.organization_id)


@pytest.mark.django_db
def test_a_change_of_plan_is_a_payment_line(lines: Read) -> None:
    organization = OrganizationFactory(tier=None)
    move_plan(organization=organization, plan=PlanFactory(), by=None)
    line = next(line for line in lines() if line["event"] == "plan_changed")
    assert (line["category"], line["organization_id"], line["new"]) == ("payment", organization.pk, "pro")
