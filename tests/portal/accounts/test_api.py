"""Tokens, limits, keys that count once, errors: the manners that all endpoints share."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse

import portal.accounts.actions as accounts
from portal.accounts.actions import tokens
from portal.accounts.api import doors
from portal.accounts.models import ApiToken
from portal.accounts.states import TokenScope
from portal.lib.embedded import free_port
from portal.lib.rate_limits import take
from portal.lib.refusals import Refused
from portal.lib.tokens import digest
from tests.factories.accounts import (
    ApiTokenFactory,
    IdempotencyKeyFactory,
    MembershipFactory,
    OrganizationFactory,
    StaffFactory,
    TierFactory,
    UserFactory,
)
from tests.portal.accounts.bearers import bearer, send
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
TICKETS = "/api/v1/tickets"


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
    assert answer["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer


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
        accounts.identify(header="Bearer ptl_secret", scope=TokenScope.READ)
    assert refusal.value.code == code


def test_a_read_token_does_not_write_and_a_write_token_reads(client: Client) -> None:
    user = UserFactory()
    refused = send(client, "POST", TICKETS, bearer(user, "read"), {"subject": "a", "body": "b"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    assert client.get(ME, headers=bearer(user, "write")).status_code == 200


def test_a_staff_token_works_only_with_a_second_factor(settings: LazySettings, client: Client) -> None:
    settings.STAFF_SECOND_FACTOR = True
    refused = client.get(ME, headers=bearer(StaffFactory(enrolled=False)))
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    assert client.get(ME, headers=bearer(StaffFactory())).status_code == 200


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(now: datetime) -> None:
    token = ApiTokenFactory(secret_digest=digest("ptl_secret"))
    for seconds in (0, 30, 61):
        at = now + timedelta(seconds=seconds)
        accounts.identify(header="Bearer ptl_secret", scope=TokenScope.READ, now=at)
    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(seconds=61)


def test_each_token_has_the_rate_of_the_tier_and_is_told_in_the_headers(client: Client) -> None:
    tier = TierFactory(slug="pro")
    tier.api_requests_per_minute = 3
    tier.save()
    user = MembershipFactory(organization__tier=tier).user
    headers, others = bearer(user), bearer(user)
    answers = [client.get(ME, headers=headers) for _time in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"default";q=3;w=60'
    assert answers[0]["RateLimit"].startswith('"default";r=2;t=')
    assert int(answers[3]["Retry-After"]) > 0
    assert answers[3].json()["code"] == "rate_limit"
    assert client.get(ME, headers=others).status_code == 200


def test_the_window_slides(now: datetime) -> None:
    late, next_minute = now + timedelta(seconds=50), now + timedelta(seconds=63)
    assert not any(take("a", limit=4, now=late).is_over for _time in range(4))
    assert take("a", limit=4, now=late).is_over
    assert take("a", limit=4, now=next_minute).is_over, "four requests a few seconds ago still count"
    assert not take("a", limit=4, now=now + timedelta(seconds=110)).is_over


def test_without_valkey_nobody_is_held_up(dead_valkey: None, now: datetime) -> None:
    assert not any(take("a", limit=1, now=now).is_over for _time in range(5))


def file(client: Client, headers: dict[str, str], key: str, subject: str = "Engines") -> Any:
    return send(client, "POST", TICKETS, {**headers, "Idempotency-Key": key}, {"subject": subject, "body": "Stop."})


def test_the_same_key_makes_one_change_and_gets_the_same_answer(client: Client) -> None:
    headers = bearer(UserFactory(), "write")
    first, again = (file(client, headers, "k1") for _time in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert Ticket.objects.count() == 1
    other = file(client, headers, "k1", "Other")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert file(client, bearer(UserFactory(), "write"), "k1").status_code == 201


def test_a_key_is_a_plain_word(client: Client) -> None:
    for key in ("", "x" * 201, "a\x7f"):
        assert file(client, bearer(UserFactory(), "write"), key).json()["code"] == "bad_header"


def test_a_request_that_failed_may_be_tried_again_under_its_key(client: Client) -> None:
    user = UserFactory()
    headers = bearer(user, "write")
    body = {"subject": "a", "body": "b", "organization": OrganizationFactory().public_id}
    keyed = {**headers, "Idempotency-Key": "k1"}
    assert send(client, "POST", TICKETS, keyed, body).json()["code"] == "other_organization"
    MembershipFactory(user=user, organization__public_id=(body["organization"] + "x")[1:])
    body["organization"] = user.organizations.get().public_id
    assert send(client, "POST", TICKETS, keyed, body).status_code == 201


def test_a_request_still_running_is_not_run_twice(client: Client, now: datetime) -> None:
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


def test_who_tries_tokens_is_counted_by_where_they_come_from(client: Client) -> None:
    answers = [
        client.get(ME, headers={"Authorization": f"Bearer ptl_{number}"}, REMOTE_ADDR=f"2001:db8::{number}")
        for number in range(61)
    ]
    assert [one.status_code for one in answers] == [401] * 60 + [429]
    assert answers[-1].json()["code"] == "rate_limit"
    assert client.get(ME, headers=bearer(UserFactory()), REMOTE_ADDR="2001:db8::1").status_code == 200
    assert client.get(ME, REMOTE_ADDR="192.0.2.1").status_code == 401


def test_visitors_within_one_ipv6_network_share_their_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "VISITOR_REQUESTS_PER_MINUTE", 2)
    statuses = [client.get("/api/v1/status", REMOTE_ADDR=f"2001:db8::{n}").status_code for n in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/api/v1/status", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_more_tokens_by_asking_for_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    user, made = UserFactory(), []

    def ask() -> None:
        try:
            with suppress(Refused):
                made.append(bearer(user))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(made) == ApiToken.objects.count() == 1
