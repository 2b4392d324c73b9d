import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

import portal.accounts.actions as accounts
from portal.accounts.api import Body, endpoint
from portal.accounts.models import ApiToken, Organization, User
from portal.accounts.states import TokenScope
from portal.lib.embedded import free_port
from portal.lib.openapi import Operation, document
from portal.lib.rate_limits import take
from portal.lib.refusals import Refused
from portal.lib.tokens import digest
from tests.factories.accounts import (
    ApiTokenFactory,
    IdempotencyKeyFactory,
    MembershipFactory,
    StaffFactory,
    TierFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


def bearer(user: User, *scopes: str) -> dict[str, str]:
    wanted = accounts.Wanted("test", list(scopes or ["read"]))
    _token, secret = accounts.create_api_token(wanted=wanted, user=user)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def dead_valkey(settings: LazySettings) -> Iterator[None]:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
    yield


def test_a_token_says_who_it_speaks_for(client: Client) -> None:
    member = MembershipFactory(organization__tier=TierFactory(slug="elite"))
    answer = client.get(ME, headers=bearer(member.user))
    assert answer.status_code == 200
    assert answer.json()["email"] == member.user.email
    assert answer.json()["organizations"][0]["tier"] == "elite"
    assert answer["Cache-Control"] == "no-store"


def test_the_secret_is_shown_once_and_kept_as_a_digest(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    url = reverse("accounts:tokens")
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "Board"}).status_code == 422
    shown = client.post(url, {"name": "Board", "scopes": ["read"], "days": "30"})
    secret = shown.context["secret"]
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    token = ApiToken.objects.get()
    assert token.secret_digest == digest(secret)
    assert token.expires_at is not None
    again = client.get(url).content.decode()
    assert secret not in again
    assert client.get(ME, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    client.post(reverse("accounts:revoke_token", args=[token.pk]))
    assert client.get(ME, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_nobody_revokes_the_token_of_another(client: Client) -> None:
    token = ApiTokenFactory()
    client.force_login(UserFactory())
    assert client.post(reverse("accounts:revoke_token", args=[token.pk])).status_code == 404


def test_a_session_is_no_key_to_the_api(client: Client) -> None:
    client.force_login(UserFactory())
    answer = client.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "no_token"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "bad_token"),
        ({"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)}, "bad_token"),
        ({"user__is_active": False}, "bad_token"),
        ({"scopes": ["metrics"]}, "scope"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(changes: dict, code: str) -> None:
    ApiTokenFactory(secret_digest=digest("ptl_secret"), **changes)
    with pytest.raises(Refused) as refusal:
        accounts.authenticate(header="Bearer ptl_secret", scope=TokenScope.READ)
    assert refusal.value.code == code


def test_a_read_token_does_not_write_and_a_write_token_reads() -> None:
    user = UserFactory()
    reading, writing = bearer(user, "read")["Authorization"], bearer(user, "write")["Authorization"]
    with pytest.raises(Refused):
        accounts.authenticate(header=reading, scope=TokenScope.WRITE)
    assert accounts.authenticate(header=writing, scope=TokenScope.READ) == user


def test_a_staff_token_works_only_with_a_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    user = StaffFactory(enrolled=False)
    header = bearer(user)["Authorization"]
    with pytest.raises(Refused) as refusal:
        accounts.authenticate(header=header, scope=TokenScope.READ)
    assert refusal.value.code == "second_factor"
    enrolled = StaffFactory()
    assert accounts.authenticate(header=bearer(enrolled)["Authorization"], scope=TokenScope.READ) == enrolled


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(now: datetime) -> None:
    token = ApiTokenFactory(secret_digest=digest("ptl_secret"))
    for seconds in (0, 30, 61):
        at = now + timedelta(seconds=seconds)
        accounts.authenticate(header="Bearer ptl_secret", scope=TokenScope.READ, now=at)
    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(seconds=61)


def test_the_rate_follows_the_tier_and_is_told_in_the_headers(client: Client) -> None:
    tier = TierFactory(slug="pro", api_requests_per_minute=3)
    tier.api_requests_per_minute = 3
    tier.save()
    headers = bearer(MembershipFactory(organization__tier=tier).user)
    answers = [client.get(ME, headers=headers) for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"default";q=3;w=60'
    assert answers[0]["RateLimit"].startswith('"default";r=2;t=')
    assert int(answers[3]["Retry-After"]) > 0
    assert answers[3].json()["code"] == "rate_limit"


def test_the_window_slides(now: datetime) -> None:
    late, next_minute = now + timedelta(seconds=50), now + timedelta(seconds=63)
    assert not any(take("a", limit=4, now=late).is_over for _time in range(4))
    assert take("a", limit=4, now=late).is_over
    assert take("a", limit=4, now=next_minute).is_over, "four requests a few seconds ago still count"
    assert not take("a", limit=4, now=now + timedelta(seconds=110)).is_over


def test_without_valkey_nobody_is_held_up(dead_valkey: None, now: datetime) -> None:
    assert not any(take("a", limit=1, now=now).is_over for _time in range(5))


def test_errors_are_problems_in_json(client: Client) -> None:
    assert client.get("/api/v1/nothing").json()["code"] == "not_found"
    wrong_method = client.delete(ME)
    assert (wrong_method.status_code, wrong_method["Allow"]) == (405, "GET")


@endpoint("POST", TokenScope.WRITE)
def found(request: HttpRequest) -> tuple[int, Body]:
    """An endpoint for these tests: makes an organization."""
    sent = request.sent
    if not sent.get("name"):
        raise Refused("A name is missing.", code="name")
    made = accounts.sign_up(user=request.user, organization_name=sent["name"])
    return 201, {"id": made.public_id, "made_at": made.created_at}


def post(headers: dict[str, str], key: str, body: object):
    fields = {**headers, **({"Idempotency-Key": key} if key else {})}
    content = body if isinstance(body, str) else json.dumps(body)
    return found(RequestFactory().post("/x", content, content_type="application/json", headers=fields))


def test_the_same_key_makes_one_change_and_gets_the_same_answer() -> None:
    headers = bearer(UserFactory(), "write")
    first, again = (post(headers, "k1", {"name": "Engines"}) for _time in range(2))
    assert first.status_code == again.status_code == 201
    assert json.loads(first.content) == json.loads(again.content)
    assert Organization.objects.count() == 1
    other = post(headers, "k1", {"name": "Other"})
    assert (other.status_code, json.loads(other.content)["code"]) == (422, "key_reused")
    assert post(bearer(UserFactory(), "write"), "k1", {"name": "Engines"}).status_code == 201


def test_a_request_that_failed_may_be_tried_again_under_its_key() -> None:
    headers = bearer(UserFactory(), "write")
    assert post(headers, "k1", {}).status_code == 409
    assert post(headers, "k1", {"name": "Engines"}).status_code == 201


def test_a_request_still_running_is_not_run_twice(now: datetime) -> None:
    row = IdempotencyKeyFactory(request_digest="d", created_at=now)
    same = {"user": row.user, "key": row.key, "request_digest": "d"}
    with pytest.raises(Refused) as refusal:
        accounts.begin_once(**same, now=now + timedelta(seconds=5))
    assert refusal.value.code == "in_progress"
    assert accounts.begin_once(**same, now=now + timedelta(minutes=6)) == row


def test_keys_are_forgotten_after_a_day(now: datetime) -> None:
    row = IdempotencyKeyFactory(request_digest="d", created_at=now, status_code=200, body={})
    begun = accounts.begin_once(user=row.user, key=row.key, request_digest="other", now=now + timedelta(hours=25))
    assert not isinstance(begun, accounts.Answer)
    IdempotencyKeyFactory(created_at=now)
    assert accounts.prune_keys(now=now + timedelta(hours=24, minutes=1)) == 1


def test_a_body_that_is_no_json_object_is_a_bad_request() -> None:
    headers = bearer(UserFactory(), "write")
    assert post(headers, "", "nonsense{").status_code == 400
    assert post(headers, "", "[1]").status_code == 400


def test_the_reference_tells_every_endpoint_to_programs_and_to_people(client: Client) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://testserver/api/v1"}]
    mine = told["paths"]["/me"]["get"]
    assert mine["x-scope"] == "read"
    assert "organizations" in mine["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    shown = client.get("/api/v1/docs")
    for words in ("GET /me", "organizations[].role", "http://testserver/api/v1/me", reverse("accounts:tokens")):
        assert words in shown.text
    assert "script-src 'self'" in shown["Content-Security-Policy"]
    assert "unsafe" not in shown["Content-Security-Policy"]


def test_the_reference_for_people_knows_who_reads_it(client: Client) -> None:
    client.force_login(UserFactory(name="Mara Lind"))
    assert "Mara Lind" in client.get("/api/v1/docs").text
    assert 'href="/api/v1/docs"' in client.get(reverse("accounts:tokens")).text


def test_an_address_of_the_reference_has_its_parameters() -> None:
    operation = Operation("POST", "write", "Answers a ticket.\n\nAs its requester.")
    told = document([("tickets/<str:ticket>/replies/<int:number>", operation)], title="API", server="/")
    found = told["paths"]["/tickets/{ticket}/replies/{number}"]["post"]
    assert found["summary"] == "Answers a ticket"
    assert [(one["name"], one["schema"]["type"]) for one in found["parameters"]] == [
        ("ticket", "string"),
        ("number", "integer"),
        ("Idempotency-Key", "string"),
    ]
