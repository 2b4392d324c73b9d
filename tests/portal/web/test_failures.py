from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.factories.accounts import UserFactory
from tests.portal.accounts.bearers import bearer

pytestmark = pytest.mark.django_db


def failing(cause: psycopg.Error) -> Callable[..., None]:
    """Every query ends with this error, as Django hands it on."""

    def fail(*_query: Any) -> None:
        raise OperationalError(str(cause)) from cause

    return fail


def test_a_database_out_of_reach_is_told_in_plain_words_and_is_no_fault_of_the_page(client: Client) -> None:
    client.raise_request_exception = False
    client.force_login(UserFactory())
    with connection.execute_wrapper(failing(psycopg.OperationalError("No answer from 10.1.2.3"))):
        answer = client.get("/tickets/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "We cannot reach our records just now" in answer.text
    assert 'href="/status/"' in answer.text
    assert "10.1.2.3" not in answer.text


def test_a_query_that_the_database_refuses_is_a_fault_of_ours(client: Client) -> None:
    client.raise_request_exception = False
    client.force_login(UserFactory())
    with connection.execute_wrapper(failing(psycopg.errors.DeadlockDetected("A secret of the house"))):
        answer = client.get("/tickets/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "secret" not in answer.text


def test_programs_are_told_to_come_again(client: Client) -> None:
    headers = bearer(UserFactory())
    with connection.execute_wrapper(failing(psycopg.OperationalError("No answer"))):
        answer = client.get("/api/v1/tickets", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert (answer.json()["code"], answer["Content-Type"]) == ("unavailable", "application/problem+json")
