"""What is kept of a search, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from helpcenter import actions
from helpcenter.actions import Searched, note_search, note_ticket
from helpcenter.models import ReadingDay, SearchEvent
from helpcenter.states import Source
from helpcenter.views import searching
from portal.events.actions import record
from portal.events.listeners import declared
from portal.lib.embedded import free_port
from portal.lib.rate_limits import Nearby
from tests.factories.helpcenter import ArticleFactory, SearchEventFactory
from tests.factories.tickets import TicketFactory

pytestmark = pytest.mark.django_db
ME = "1" * 32


def note(query: str, now: datetime, visitor: str = ME) -> str:
    return note_search(Searched(query, visitor, Source.PAGE, results=1), now=now)


def kept() -> list[str]:
    return list(SearchEvent.objects.order_by("pk").values_list("query", flat=True))


def test_what_is_typed_on_the_way_is_one_row(now: datetime) -> None:
    for second, query in enumerate(["inv", "invoice", "invoice tax", "invoice"]):
        note(query, now + timedelta(seconds=second))
    assert kept() == ["invoice"]
    note("refund", now + timedelta(seconds=5))
    note("refund plan", now + timedelta(seconds=60))
    note("refund plan x", now + timedelta(seconds=61), visitor="2" * 32)
    assert kept() == ["invoice", "refund", "refund plan", "refund plan x"]


def test_nothing_personal_is_kept(now: datetime) -> None:
    note("Refund for jo@example.org card 4111 1111 1111 1111", now)
    assert kept() == ["refund for [email] card [card]"]
    note("QE-1050", now)
    assert kept()[-1] == "qe-1050"


def test_a_search_that_led_somewhere_stays_as_it_is(now: datetime) -> None:
    search, article = note("invoice", now), ArticleFactory()
    assert not actions.note_opened(search=search, article=article, place=2, visitor="2" * 32)
    assert actions.note_opened(search=search, article=article, place=2, visitor=ME)
    note("invoice tax", now + timedelta(seconds=1))
    assert kept() == ["invoice", "invoice tax"]
    event = SearchEvent.objects.get(public_id=search)
    assert (event.opened, event.opened_place) == (article, 2)


def test_a_click_is_kept_by_the_link_alone(client: Client) -> None:
    article = ArticleFactory(title="Invoice", body="## Tax\n\nYour invoice tax.")
    page = client.get("/help/search/?q=invoice+tax").text
    event = SearchEvent.objects.get()
    link = f"{article.get_absolute_url()}?from={event.public_id}&amp;place=1#tax"
    assert f'href="{link}"' in page
    assert client.get(link.replace("&amp;", "&")).status_code == 200
    event.refresh_from_db()
    assert (event.opened, event.opened_place, event.results) == (article, 1, 1)


@pytest.mark.parametrize("junk", ["from=abc&place=²", "from=" + "x" * 500, "from=abc&place=99999999"])
def test_a_link_with_nonsense_opens_its_article_all_the_same(client: Client, junk: str) -> None:
    article = ArticleFactory()
    assert client.get(f"{article.get_absolute_url()}?{junk}").status_code == 200


def test_suggestions_are_noted_as_such_and_grow_into_the_search(client: Client) -> None:
    ArticleFactory(title="Invoice")
    client.get("/help/suggest/?q=inv")
    assert SearchEvent.objects.get().source == Source.SUGGESTIONS
    client.get("/help/search/?q=invoice")
    assert (SearchEvent.objects.get().source, kept()) == (Source.PAGE, ["invoice"])
    client.get("/help/suggest/?q=in")
    client.head("/help/search/?q=other")
    assert kept() == ["invoice"]


def test_a_log_that_fails_never_fails_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    article = ArticleFactory(title="Invoice")

    def broken(*_: object, **__: object) -> str:
        raise DatabaseError("no room")

    monkeypatch.setattr(actions, "note_search", broken)
    monkeypatch.setattr(actions, "note_opened", broken)
    assert "Invoice" in client.get("/help/search/?q=invoice").text
    assert client.get(f"{article.get_absolute_url()}?from=abc").status_code == 200


def test_the_next_page_belongs_to_the_same_search(client: Client) -> None:
    for number in range(11):
        ArticleFactory(title=f"Card {number}")
    first = client.get("/help/search/?q=card").text
    [event] = SearchEvent.objects.all()
    assert f"search={event.public_id}" in first
    second = client.get(f"/help/search/?q=card&page=2&search={event.public_id}").text
    assert f"?from={event.public_id}&amp;place=11" in second
    assert SearchEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "led"), [(0, True), (6.9, True), (7.1, False), (-1, False)], ids=["at once", "in time", "late", "before"]
)
def test_a_search_spared_no_ticket_when_one_follows_within_seven_days(now: datetime, days: float, led: bool) -> None:
    event = SearchEventFactory(searched_at=now)
    note_ticket(search=event.public_id, articles=[], filed_at=now + timedelta(days=days))
    event.refresh_from_db()
    assert event.led_to_ticket is led


def test_a_ticket_tells_of_the_search_and_the_articles_before_it(settle: object) -> None:
    article, event = ArticleFactory(), SearchEventFactory()
    filed, at = declared("ticket.filed"), datetime.now(UTC)
    for details in ({"search": event.public_id, "articles": [article.pk, 0]}, {}, {"search": None, "articles": "x"},
                    {"articles": [article.pk]}):  # fmt: skip
        record(filed, about=TicketFactory(), details=details, now=at)
    settle()
    event.refresh_from_db()
    assert event.led_to_ticket
    assert ReadingDay.objects.get(article=article).tickets == 2


def test_searches_of_long_ago_are_forgotten(now: datetime) -> None:
    SearchEventFactory(searched_at=now - timedelta(days=401))
    SearchEventFactory(searched_at=now)
    assert actions.forget_searches(now=now) == 1


def test_keeping_a_search_is_one_statement(now: datetime, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):
        note("invoice", now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT led_to_ticket FROM helpcenter_searchevent")
        assert cursor.fetchall() == [(False,)]


def test_one_address_fills_the_log_only_so_far_and_is_answered_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "notes", Nearby(2))
    ArticleFactory(title="Invoice")
    for number in range(4):
        assert client.get(f"/help/search/?q={number}-invoice", headers={"User-Agent": str(number)}).status_code == 200
    assert len(kept()) == 2
    client.get("/help/search/?q=invoice", REMOTE_ADDR="192.0.2.7")
    assert len(kept()) == 3


def test_without_valkey_search_suggestions_and_asking_answer_all_the_same(client: Client, settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
    ArticleFactory(title="Invoice")
    assert "Invoice" in client.get("/help/search/?q=invoice").text
    assert "Invoice" in client.get("/help/suggest/?q=invo").text
    assert client.get("/help/ask/?q=invoice").status_code == 200
