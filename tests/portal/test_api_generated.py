"""Thousands of requests that nobody thought of, made from the OpenAPI document: fitting ones and broken ones.

EXAMPLES= chooses how many of each kind for each endpoint.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.accounts.api import doors
from portal.accounts.states import MemberRole
from tests.factories.accounts import MembershipFactory, StaffFactory
from tests.factories.helpcenter import ArticleFactory
from tests.factories.incidents import ComponentFactory, IncidentComponentFactory, IncidentFactory, MaintenanceFactory
from tests.portal.accounts.bearers import bearer
from tests.tickets.files import upload
from tickets import actions as tickets
from tickets.models import Attachment, Category, Ticket

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = (
    *("GET /me", "GET /organizations", "GET /organizations/{organization}"),
    *("GET /articles", "GET /articles/search", "GET /articles/{article}", "GET /status"),
    *("GET /tickets", "POST /tickets", "GET /tickets/{ticket}", "PATCH /tickets/{ticket}"),
    *("POST /tickets/{ticket}/solve", "POST /tickets/{ticket}/close", "POST /tickets/{ticket}/reopen"),
    *("GET /tickets/{ticket}/messages", "POST /tickets/{ticket}/messages", "POST /tickets/{ticket}/notes"),
    *("POST /files", "GET /files/{file}", "GET /files/{file}/content", "DELETE /files/{file}"),
    "GET /tickets/{ticket}/files",
)
drawn = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize="EXAMPLES" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "STAFF_REQUESTS_PER_MINUTE", 10**9)
    monkeypatch.setattr(doors, "VISITOR_REQUESTS_PER_MINUTE", 10**9)


@pytest.fixture
def headers(db: None, unlimited: None) -> list[dict[str, str]]:
    """Of an owner, of an agent, and of nobody; with something for each to see."""
    owner = MembershipFactory(role=MemberRole.OWNER, organization__tier__api_requests_per_minute=10**9)
    agent = StaffFactory(role="lead")
    for number in range(3):
        kept = upload(owner.user, f"{number}.txt").public_id
        filing = tickets.Filing(subject="Late", body="Since *noon*.", organization=owner.organization, files=[kept])
        tickets.note(ticket=tickets.file_ticket(filing=filing, by=owner.user), body="Disk?", by=agent)
    upload(owner.user, "unsent.txt")
    Category.objects.get_or_create(slug="signals", defaults={"name": "Signals"})
    ArticleFactory(title="Refund of a card")
    component = ComponentFactory()
    IncidentComponentFactory(incident=IncidentFactory(), component=component)
    MaintenanceFactory().components.add(component)
    return [bearer(owner.user, "write"), bearer(agent, "write"), {}]


@pytest.fixture
def operations(headers: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """The endpoints by name; asked in this process, within the transaction of the test."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    found = [one.ok() for one in schema.get_all_operations()]
    yield {f"{one.method.upper()} {one.path}": one for one in found}
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_anything_and_every_answer_is_as_described(
    mode: GenerationMode, operations: dict[str, Any], headers: list[dict[str, str]]
) -> None:
    for name in OPERATIONS:
        ask_for(operations[name], mode, headers)


def ask_for(operation: Any, mode: GenerationMode, headers: list[dict[str, str]]) -> None:
    @drawn
    @given(case=operation.as_strategy(generation_mode=mode), header=st.sampled_from(headers), is_known=st.booleans())
    def ask(case: Any, header: dict[str, str], is_known: bool) -> None:
        if is_known:
            aim(case)
        checks = CHECKS if mode == GenerationMode.POSITIVE or is_known else [*CHECKS, negative_data_rejection]
        case.validate_response(case.call(headers=header), checks=checks)

    with suppress(Unsatisfiable):  # there is nothing about it that could be wrong
        ask()


def aim(case: Any) -> None:
    """At a ticket that is there, at the version that it has, or at a file that is there."""
    ticket = Ticket.objects.order_by("version", "pk").first()
    if ticket is not None and "ticket" in (case.path_parameters or {}):
        case.path_parameters["ticket"] = ticket.public_id
        case.headers["If-Match"] = f'"{ticket.version}"'
    if "file" in (case.path_parameters or {}):
        case.path_parameters["file"] = Attachment.objects.order_by("?").values_list("public_id", flat=True)[0]


def test_each_endpoint_is_asked(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods} == set(OPERATIONS)


def test_every_list_refuses_whatever_is_not_on_its_list(client: Client, headers: list[dict[str, str]]) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    asked = 0
    for path, methods in paths.items():
        known = {
            one["name"]: one["schema"] for one in methods.get("get", {}).get("parameters", []) if one["in"] == "query"
        }
        for name, kind in known.items():
            values = ["made-up"] if "enum" in kind or "$ref" in str(kind) or kind.get("type") == "integer" else []
            for value in values:
                url = "/api/v1" + path.replace("{ticket}", Ticket.objects.first().public_id) + f"?q=a&{name}={value}"
                url = url if "search" in path else url.replace("?q=a&", "?")
                assert client.get(url, headers=headers[1]).status_code == 400, url
                asked += 1
        if known:
            for name in ("made_up", "order_by", "id", "requester__email", "q__regex", "SORT"):
                url = "/api/v1" + path.replace("{ticket}", Ticket.objects.first().public_id)
                assert client.get(f"{url}?{name}=1", headers=headers[1]).status_code == 400, name
                asked += 1
    assert asked > 30
