"""Pages that stay open ask Valkey whether anything changed, and who else is there."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from redis.exceptions import ConnectionError as Away

from portal.events.actions import record, touch
from portal.lib import pulse
from tests.factories.tickets import TicketFactory
from tickets.events import TICKET_NOTED

LENA = pulse.Listener("tickets.ticket:1", 1, "Lena", is_told_who=True)
JONAS = pulse.Listener("tickets.ticket:1", 2, "Jonas", is_told_who=True)
MARA = pulse.Listener("tickets.ticket:1", 3, "", is_told_who=False)


@pytest.fixture
def valkey_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def away(*_arguments: object, **_options: object) -> None:
        raise Away

    monkeypatch.setattr(cache._cache, "get_client", away)
    yield


def ask(client: Client, listener: pulse.Listener, **query: str) -> Any:
    return client.get(f"/pulse/{listener.token}/", query)


def test_nothing_is_said_while_nothing_changes(client: Client) -> None:
    pulse.beat(LENA.place)
    version = pulse.version(LENA.place)
    assert ask(client, LENA, version=version).status_code == 204
    pulse.beat(LENA.place)
    heard = ask(client, LENA, version=version)
    assert heard.json() == {"version": pulse.version(LENA.place), "who": "", "says": ""}
    assert "no-store" in heard["Cache-Control"]


@pytest.mark.django_db
def test_asking_takes_no_query_even_with_a_session(client: Client, django_assert_num_queries: Any) -> None:
    client.force_login(TicketFactory().requester)
    with django_assert_num_queries(0):
        assert ask(client, LENA, version="0").status_code == 204
        assert ask(client, LENA, version="1").status_code == 200


def test_colleagues_learn_who_reads_and_who_writes_and_customers_do_not(client: Client) -> None:
    ask(client, JONAS, version="0", writing="1")
    heard = ask(client, LENA, version="0").json()
    assert heard["says"] == "Jonas is writing here."
    assert ask(client, LENA, version="0", who=heard["who"]).status_code == 204
    ask(client, JONAS, version="0")
    assert ask(client, LENA, version="0", who=heard["who"]).json()["says"] == "Jonas is reading this."
    assert ask(client, MARA, version="0").status_code == 204
    assert ask(client, JONAS, version="0").json()["says"] == "Lena is reading this."  # and not Mara


def test_who_left_is_not_told_for_long(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(client, JONAS, version="0")
    later = pulse.time.time() + pulse.HERE_FOR_S + 1
    monkeypatch.setattr(pulse.time, "time", lambda: later)
    assert ask(client, LENA, version="0").status_code == 204


@pytest.mark.parametrize(
    "token", ["x", signing.dumps(["tickets.ticket:1", 1, "Lena", True], salt="else")], ids=["none", "of another door"]
)
def test_only_tokens_of_ours_are_answered(client: Client, token: str) -> None:
    assert client.get(f"/pulse/{token}/").status_code == 403


def test_a_token_holds_for_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token, later = LENA.token, pulse.time.time() + pulse.TOKEN_FOR_S + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert client.get(f"/pulse/{token}/").status_code == 403


def test_without_valkey_nothing_is_said_and_nothing_fails(client: Client, valkey_away: None) -> None:
    pulse.beat(LENA.place)
    assert pulse.version(LENA.place) == ""
    assert ask(client, LENA, version="0").status_code == 204


@pytest.mark.django_db
def test_news_and_what_is_no_news_change_the_version_once_committed(django_capture_on_commit_callbacks: Any) -> None:
    ticket = TicketFactory()
    places = [pulse.place_of("tickets.ticket", ticket.pk), "tickets.ticket"]
    seen = [pulse.version(place) for place in places]
    with django_capture_on_commit_callbacks(execute=True) as calls, transaction.atomic():
        record(TICKET_NOTED, about=ticket)
        touch(about=ticket)
        assert [pulse.version(place) for place in places] == seen
    assert all(pulse.version(place) != before for place, before in zip(places, seen, strict=True))
    assert len(calls) == 2  # the news is delivered, and both changes are one beat
