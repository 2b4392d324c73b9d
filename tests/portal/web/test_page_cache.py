import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from helpcenter.actions import Manuscript, publish_article, update_article, withdraw_article
from helpcenter.models import Article
from portal.events.models import Delivery
from portal.web import page_cache
from portal.web.page_cache import KEPT_FOR, KEPT_FOR_NEED, REVISION, AnonymousPages, content_changed, revision
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory
from tests.portal.web.test_failures import failing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def first_look() -> Iterator[None]:
    revision.forget()
    yield
    revision.forget()


@pytest.fixture
def article(settle: Callable[..., int]) -> Article:
    made = ArticleFactory(title="Kept whole")
    settle()
    return made


def queries(client: Client, path: str, **options: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get(path, **options)
    return len(seen)


def test_the_second_visitor_costs_no_query_and_sees_the_same(client: Client, article: Article) -> None:
    first = client.get(article.get_absolute_url())
    assert queries(Client(), article.get_absolute_url()) == 0
    assert client.get(article.get_absolute_url()).content == first.content


def test_a_kept_page_has_the_same_manners_as_a_new_one(article: Article) -> None:
    headers = {"Accept-Encoding": "br"}
    fresh, kept = (Client().get(article.get_absolute_url(), headers=headers) for _ in range(2))
    for name in ["Content-Type", "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options",
                 "Referrer-Policy", "Cross-Origin-Opener-Policy", "Vary", "Cache-Control", "ETag"]:  # fmt: skip
        assert kept[name] == fresh[name], name
    assert "default-src 'none'" in kept["Content-Security-Policy"]
    assert kept["Cache-Control"] == "no-cache"
    assert {"Cookie", "Accept-Encoding"} <= {one.strip() for one in kept["Vary"].split(",")}
    assert not kept.cookies
    assert kept["X-Request-ID"] != fresh["X-Request-ID"]


@pytest.mark.parametrize(
    ("accepted", "coding", "unpacked"),
    [
        ("br, gzip", "br", brotli.decompress),
        ("gzip, deflate", "gzip", lambda body: zlib.decompress(body, 31)),
        ("", None, bytes),
    ],
)
def test_a_page_is_kept_packed_as_the_browser_likes_it(
    client: Client, article: Article, accepted: str, coding: str | None, unpacked: Callable[[bytes], bytes]
) -> None:
    for _ in range(2):
        answer = client.get(article.get_absolute_url(), headers={"Accept-Encoding": accepted})
        assert answer.get("Content-Encoding") == coding
        assert b"Kept whole" in unpacked(answer.content)
        assert answer["Content-Length"] == str(len(answer.content))


def test_a_browser_that_has_the_page_gets_only_a_nod(client: Client, article: Article) -> None:
    tag = client.get(article.get_absolute_url())["ETag"]
    for asked in (tag, f"W/{tag}"):
        answer = client.get(article.get_absolute_url(), headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == tag


def test_a_withdrawn_article_is_gone_from_every_page_once_the_news_is_delivered(
    client: Client, article: Article, settle: Callable[..., int]
) -> None:
    pages = ["/", "/help/", f"/help/{article.category.slug}/", article.get_absolute_url()]
    for path in pages:
        assert "Kept whole" in client.get(path).text
    withdraw_article(article=article, by=None)
    settle()
    for path in pages:
        assert "Kept whole" not in client.get(path).text


def test_a_change_shows_once_the_news_is_delivered(
    client: Client, article: Article, settle: Callable[..., int]
) -> None:
    client.get(article.get_absolute_url())
    manuscript = Manuscript(article.category, "Kept anew", article.slug, "Text")
    update_article(article=article, manuscript=manuscript, by=None)
    publish_article(article=article, by=None)
    settle()
    assert "Kept anew" in client.get(article.get_absolute_url()).text


def test_another_process_knows_of_a_change_when_content_changed_returns(client: Client, article: Article) -> None:
    """The other process here is a handler of its own that believes in the old revision for as long as it may."""
    client.get(article.get_absolute_url())
    revision.present()
    believed_until = revision.believed_until
    content_changed()
    assert time.monotonic() >= believed_until


def test_a_page_made_before_the_change_and_kept_after_it_is_never_served(client: Client, article: Article) -> None:
    client.get(article.get_absolute_url())
    old = cache.get(REVISION)
    content_changed()
    assert cache.get(REVISION) not in (None, old)
    assert queries(client, article.get_absolute_url()) > 0


def test_without_any_news_a_page_is_made_anew_after_a_minute(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_cache.KEPT_FOR <= 60
    client.get(article.get_absolute_url())
    later = time.time() + page_cache.KEPT_FOR + 1
    cache.clear()  # as Valkey itself forgets by then
    monkeypatch.setattr(page_cache.time, "time", lambda: later)
    assert queries(client, article.get_absolute_url()) > 0


def test_an_emptied_valkey_never_brings_an_old_page_back(client: Client, article: Article) -> None:
    client.get(article.get_absolute_url())
    withdraw_article(article=article, by=None)
    cache.clear()
    revision.forget()
    assert client.get(article.get_absolute_url()).status_code == 404


def test_the_signed_in_neither_see_nor_fill_the_cache(client: Client, article: Article) -> None:
    reader = Client()
    reader.force_login(UserFactory(name="Ada Lovelace"))
    page = reader.get(article.get_absolute_url())
    assert "Ada Lovelace" in page.text
    assert page["Cache-Control"] == "no-store, private"
    assert "Ada Lovelace" not in client.get(article.get_absolute_url()).text
    assert "Ada Lovelace" in reader.get(article.get_absolute_url()).text


@pytest.mark.parametrize(
    ("suffix", "headers"),
    [("?x=1", {}), ("", {"HX-Request": "true"}), ("", {"Cookie": "messages=a"}), ("", {"Cookie": "sessionid=a"})],
)
def test_what_is_not_plainly_public_passes_by(
    client: Client, article: Article, suffix: str, headers: dict[str, str]
) -> None:
    client.get(article.get_absolute_url())
    before = cache._cache.get_client().dbsize()
    assert queries(client, article.get_absolute_url() + suffix, headers=headers) > 0
    assert cache._cache.get_client().dbsize() == before


@pytest.mark.parametrize("path", ["/help/search/", "/help/a/1/", "/help/nothing/here/", "/robots.txt"])
def test_searches_redirects_and_missing_pages_are_not_kept(client: Client, article: Article, path: str) -> None:
    client.get(path.replace("1", str(article.pk)))
    keys = list(cache._cache.get_client().scan_iter())
    assert not [key for key in keys if b"page:" in key]


def test_a_page_holds_nothing_of_its_visitor(client: Client, article: Article) -> None:
    text = client.get(article.get_absolute_url()).text
    assert "csrf" not in text.lower()
    assert "nonce" not in text


def test_a_strange_host_is_refused_even_when_the_page_is_kept(client: Client, article: Article) -> None:
    client.get(article.get_absolute_url())
    assert client.get(article.get_absolute_url(), headers={"Host": "evil.example"}).status_code == 400


def test_without_valkey_every_page_is_made_anew_and_the_news_waits(
    client: Client, article: Article, settings: Any, settle: Callable[..., int]
) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    revision.forget()
    begun = time.perf_counter()
    for _ in range(2):
        assert queries(client, article.get_absolute_url()) > 0
    assert time.perf_counter() - begun < 3
    withdraw_article(article=article, by=None)
    settle()
    waiting = Delivery.objects.get(event__name="article.withdrawn", listener__endswith="forget_kept_pages")
    assert (waiting.state, waiting.attempts) == ("waiting", 1)


def test_a_published_article_appears_on_the_kept_home_page(
    client: Client, article: Article, settle: Callable[..., int]
) -> None:
    withdraw_article(article=article, by=None)
    settle()
    client.get("/")
    publish_article(article=article, by=None)
    settle()
    assert "Kept whole" in client.get("/").text


@pytest.mark.parametrize("accepted", ["br;q=0, gzip;q=0", "identity", "sbr", "br;q=nonsense"])
def test_a_coding_that_a_visitor_refuses_is_not_sent(article: Article, accepted: str) -> None:
    for _ in range(2):
        answer = Client().get(article.get_absolute_url(), headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer
        assert b"Kept whole" in answer.content


def test_a_process_keeps_so_many_however_many_threads_fill_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_IN_PROCESS", 4)
    kept: dict[str, int] = {}
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: page_cache._keep(kept, f"{number}", number), range(20_000)))
    assert len(kept) == 4


@pytest.fixture
def away() -> Callable[..., None]:
    return failing(psycopg.OperationalError("No answer"))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """From now on so many seconds have passed."""

    def pass_by(seconds: float) -> None:
        moment = time.time() + seconds
        monkeypatch.setattr(page_cache.time, "time", lambda: moment)

    return pass_by


def test_while_the_database_is_away_strangers_read_what_was_read_within_the_hour(
    client: Client, article: Article, away: Callable[..., None], later: Callable[[float], None]
) -> None:
    client.raise_request_exception = False
    whole = client.get(article.get_absolute_url())
    later(KEPT_FOR_NEED - 60)
    with connection.execute_wrapper(away):
        other = Client(raise_request_exception=False)  # with middleware of its own, as another process
        for one in (client, other):
            kept = one.get(article.get_absolute_url())
            assert (kept.status_code, kept.content) == (200, whole.content)
        assert client.get("/help/").status_code == 503  # nobody had read it
    assert client.get("/help/").status_code == 200
    names = [key for key in cache._cache.get_client().scan_iter() if b"page:" in key]
    assert names
    assert all(0 < cache._cache.get_client().ttl(name) <= KEPT_FOR_NEED for name in names)


def test_what_was_changed_or_has_ended_is_not_read_again_while_the_database_is_away(
    client: Client, article: Article, settle: Callable[..., int], away: Callable[..., None], later: Callable[..., None]
) -> None:
    client.raise_request_exception = False
    client.get(article.get_absolute_url())
    withdraw_article(article=article, by=None)
    settle()
    later(KEPT_FOR + 1)
    with connection.execute_wrapper(away):
        assert client.get(article.get_absolute_url()).status_code == 503


def test_a_page_that_has_ended_is_not_shown_for_need(article: Article, later: Callable[[float], None]) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=5)
    answers = [HttpResponse("Until five"), HttpResponse("Away", status=503), HttpResponse("Away", status=503)]
    answers[0].is_public_page, answers[0].true_until = True, ends.timestamp()
    pages = AnonymousPages(lambda _request: answers.pop(0))
    request = RequestFactory().get("/help/")
    assert pages(request).status_code == 200
    later(120)
    assert pages(request).content == b"Until five"
    later(301)
    assert pages(request).status_code == 503
