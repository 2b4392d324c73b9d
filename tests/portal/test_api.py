"""What holds for all endpoints: errors, pages of lists, the reference."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import MembershipFactory, OrganizationFactory, StaffFactory, UserFactory
from tests.portal.accounts.bearers import bearer, send

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
TICKETS = "/api/v1/tickets"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/v1/nothing", {}, 404, "not_found"),
        ("GET", "/api/v1/tickets/nothing", {}, 404, "not_found"),
        ("DELETE", ME, {}, 405, "method"),
        ("OPTIONS", ME, {"HTTP_ORIGIN": "https://evil.example"}, 405, "method"),
        ("GET", "/api/v1/organizations?colour=red", {}, 400, "bad_query"),
        ("GET", "/api/v1/organizations?sort=secret", {}, 400, "bad_query"),
        ("GET", "/api/v1/organizations?limit=5&limit=6", {}, 400, "bad_query"),
        ("GET", "/api/v1/organizations?cursor=made-up", {}, 400, "bad_cursor"),
        ("GET", "/api/v1/organizations?tier=%00", {}, 400, "unreadable"),
        ("POST", TICKETS, {"data": "nonsense{"}, 400, "bad_json"),
        ("POST", TICKETS, {"data": "[" * 100_000}, 400, "bad_json"),
        ("POST", TICKETS, {"data": "a=b", "content_type": "text/plain"}, 415, "media_type"),
        ("POST", TICKETS, {"data": " " * 300_000}, 413, "too_large"),
        ("POST", TICKETS, {"data": "[1]"}, 422, "invalid"),
        ("POST", TICKETS, {"data": ""}, 422, "invalid"),
        ("POST", TICKETS, {"data": '{"subject": "\\u0000", "body": "b"}'}, 422, "invalid"),
        ("POST", TICKETS, {"data": '{"subject": "\\ud800", "body": "b"}'}, 422, "invalid"),
        ("POST", TICKETS, {"data": '{"subject": "a", "body": "b", "state": "solved"}'}, 422, "invalid"),
    ],
)  # fmt: skip
def test_errors_are_problems_in_json(
    client: Client, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    options = {"content_type": "application/json", **options}
    answer = client.generic(method, path, headers=bearer(UserFactory(), "write"), **options)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, "about:blank")
    assert told["detail"]


def test_what_breaks_inside_is_a_problem_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_values: Any, **_options: Any) -> None:
        raise RuntimeError("A secret of the house.")

    monkeypatch.setattr("tickets.actions.file_ticket", break_down)
    headers = {**bearer(UserFactory(), "write"), "Idempotency-Key": "k"}
    answer = send(client, "POST", TICKETS, headers, {"subject": "a", "body": "b"})
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "secret" not in answer.text
    monkeypatch.undo()
    assert send(client, "POST", TICKETS, headers, {"subject": "a", "body": "b"}).status_code == 201


def test_organizations_are_those_that_one_may_see(client: Client) -> None:
    mine, other = MembershipFactory(organization__name="B"), OrganizationFactory(name="A", tier=None)
    listed = client.get("/api/v1/organizations", headers=bearer(mine.user)).json()["items"]
    assert [(one["name"], one["role"]) for one in listed] == [("B", "member")]
    path = f"/api/v1/organizations/{other.public_id}"
    assert client.get(path, headers=bearer(mine.user)).status_code == 404
    staff = bearer(StaffFactory(role="agent-l1"))
    everybody = client.get("/api/v1/organizations", headers=staff).json()["items"]
    assert [one["name"] for one in everybody] == ["A", "B"]
    assert client.get(path, headers=staff).json()["tier"] is None
    assert len(client.get("/api/v1/organizations?tier=pro", headers=staff).json()["items"]) == 1


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_pages_of_a_list_follow_each_other_whatever_comes_and_goes(client: Client, sort: str) -> None:
    rows = [OrganizationFactory(name="Same" if number % 2 else f"Company {number}") for number in range(7)]
    headers = bearer(StaffFactory(role="agent-l1"))
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"/api/v1/organizations?limit=2&sort={sort}&cursor={cursor}", headers=headers).json()
        found += [one["id"] for one in page["items"]]
        rows[0].memberships.all()
        cursor = page["next"]
    assert sorted(found) == sorted(one.public_id for one in rows)
    first = client.get(f"/api/v1/organizations?limit=2&sort={sort}", headers=headers).json()["next"]
    for other in ("tier=pro&", "sort=name&" if sort == "-name" else "sort=-name&"):
        refused = client.get(f"/api/v1/organizations?{other}cursor={first}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")


def test_the_number_of_queries_is_the_same_for_few_and_many(client: Client, django_assert_num_queries: Any) -> None:
    user = MembershipFactory().user
    headers = bearer(user)
    client.get(ME, headers=headers)
    for count in (0, 29):
        for _one in range(count):
            MembershipFactory(user=user)
        with django_assert_num_queries(4):  # token, person, plans, organizations
            client.get("/api/v1/organizations", headers=headers)


def test_the_reference_tells_every_endpoint_to_programs_and_to_people(client: Client) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://testserver/api/v1"}]
    assert {f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods} == {
        *("GET /me", "GET /organizations", "GET /organizations/{organization}"),
        *("GET /articles", "GET /articles/search", "GET /articles/{article}", "GET /status"),
        *("GET /tickets", "POST /tickets", "GET /tickets/{ticket}", "PATCH /tickets/{ticket}"),
        *("POST /tickets/{ticket}/solve", "POST /tickets/{ticket}/close", "POST /tickets/{ticket}/reopen"),
        *("GET /tickets/{ticket}/messages", "POST /tickets/{ticket}/messages", "POST /tickets/{ticket}/notes"),
        *("POST /files", "GET /files/{file}", "GET /files/{file}/content", "DELETE /files/{file}"),
        "GET /tickets/{ticket}/files",
    }
    shown = client.get("/api/v1/docs")
    for words in ("/me", "organizations[].role", "http://testserver/api/v1/me", reverse("accounts:tokens")):
        assert words in shown.text
    assert "script-src 'self'" in shown["Content-Security-Policy"]
    assert "unsafe" not in shown["Content-Security-Policy"]


def test_the_reference_for_people_knows_who_reads_it(client: Client) -> None:
    client.force_login(UserFactory(name="Mara Lind"))
    assert "Mara Lind" in client.get("/api/v1/docs").text
    assert 'href="/api/v1/docs"' in client.get(reverse("accounts:tokens")).text
