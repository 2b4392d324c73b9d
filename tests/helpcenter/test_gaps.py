"""What readers look for and do not find: the list of articles to write."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from helpcenter.actions import begin_article, dismiss_gap, gather_gaps
from helpcenter.models import Article, Gap, ReadingDay, SearchEvent
from helpcenter.states import ArticleState, GapKind, GapState, Outcome, Source
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.helpcenter import (
    ArticleFactory,
    CategoryFactory,
    GapFactory,
    QuestionFactory,
    ReadingDayFactory,
    SearchEventFactory,
    VoteFactory,
)

pytestmark = pytest.mark.django_db


def searched(query: str, times: int, at: datetime, **values: object) -> None:
    for number in range(times):
        SearchEventFactory(query=query, visitor=f"{number:032}", searched_at=at, **values)


def test_searches_and_questions_that_ended_in_nothing_become_one_list(now: datetime) -> None:
    at = now - timedelta(hours=1)
    searched("sso login", 3, at, results=0)
    searched("export csv", 2, at, results=4)
    searched("opened one", 2, at, results=4, opened=ArticleFactory())
    searched("only suggested", 2, at, results=4, source=Source.SUGGESTIONS)
    searched("once", 1, at, results=0)
    searched("just now", 2, now, results=0)
    searched("long ago", 2, now - timedelta(days=40), results=0)
    QuestionFactory(text="Where is my money?", outcome=Outcome.UNKNOWN, asked_at=at)
    assert gather_gaps(now=now) == 3
    lines = set(Gap.objects.values_list("kind", "words", "count"))
    assert lines == {
        (GapKind.NOTHING_FOUND, "sso login", 3),
        (GapKind.NOTHING_OPENED, "export csv", 2),
        (GapKind.NOT_ANSWERED, "where is my money?", 1),
    }
    assert gather_gaps(now=now) == 0


def test_wordings_that_are_alike_share_a_line_and_what_was_dismissed_stays_away(now: datetime) -> None:
    searched("export to csv", 3, now - timedelta(hours=2), results=0)
    gather_gaps(now=now)
    gap = Gap.objects.get()
    dismiss_gap(gap=gap, by=StaffFactory())
    searched("export to csv file", 4, now - timedelta(hours=1), results=0)
    gather_gaps(now=now)
    assert list(Gap.objects.values_list("words", "state", "count")) == [("export to csv", GapState.DISMISSED, 4)]


def test_tickets_that_repeat_are_counted_on_one_line_however_they_are_worded(now: datetime) -> None:
    filed: dict[str, object] = {"source": Source.TICKET, "results": 2, "led_to_ticket": True}
    searched("signals are late", 2, now - timedelta(hours=3), **filed)
    SearchEventFactory(query="signal arrives late", visitor="9" * 32, searched_at=now - timedelta(hours=2), **filed)
    searched("change the vat number", 1, now - timedelta(hours=1), **filed)
    gather_gaps(now=now)
    gap = Gap.objects.get(kind=GapKind.TICKETS)
    assert (gap.count, gap.first_at, gap.last_at) == (3, now - timedelta(hours=3), now - timedelta(hours=2))
    SearchEventFactory(query="late signals", visitor="8" * 32, searched_at=now - timedelta(hours=1), **filed)
    assert gather_gaps(now=now) == 1
    known, words = Gap.objects.get(kind=GapKind.TICKETS), gap.words
    assert (known.count, known.words) == (4, words)
    assert gather_gaps(now=now) == 0


def test_a_ticket_filed_by_its_form_tells_of_its_search_until_the_gap_stands_in_the_list(
    client: Client, settle: Callable[..., int]
) -> None:
    offered, read = ArticleFactory(title="Late signals"), ArticleFactory(title="About brokers")
    for subject in ("Signals are late", "My signals arrive late"):
        person = Client()
        person.force_login(UserFactory())
        hints = person.get("/help/suggest/", {"form": "ticket", "q": subject}).text
        [(search,)] = [re.findall(r'data-search="([^"]+)"', hints)]
        shown = ",".join(re.findall(r'data-article="(\d+)"', hints))
        words = {"subject": subject, "body": "Since this morning.", "impact": "hindered"}
        person.post("/tickets/new/", {**words, "search": search, "shown_articles": shown})
    without_scripts = Client()
    without_scripts.force_login(UserFactory())
    form = without_scripts.get(f"/tickets/new/?article={read.pk}").text
    assert 'name="search" id="id_search"' in form.replace('type="hidden" ', "")
    assert f'name="shown_articles" value="{read.pk}"' in form
    without_scripts.post("/tickets/new/", {**words, "search": "", "shown_articles": str(read.pk)})
    settle()
    assert list(SearchEvent.objects.values_list("led_to_ticket", flat=True)) == [True, True]
    assert ReadingDay.objects.get(article=offered).tickets == 2
    assert ReadingDay.objects.get(article=read).tickets == 1
    gather_gaps(now=timezone.now() + timedelta(hours=1))
    client.force_login(StaffFactory(is_superuser=True))
    listed = client.get(f"/admin/helpcenter/gap/?kind__exact={GapKind.TICKETS}").text
    assert "my signals arrive late" in listed
    assert Gap.objects.get(kind=GapKind.TICKETS).count == 2


def test_a_search_without_result_leads_to_the_form_that_names_it(client: Client) -> None:
    page = client.get("/help/search/?q=blue+elephants").text
    search = SearchEvent.objects.get().public_id
    assert page.count(f'href="/tickets/new/?search={search}"') == 2
    client.force_login(UserFactory())
    form = client.get(f"/tickets/new/?search={search}").text
    assert f'name="search" value="{search}"' in form
    answer = client.post(
        "/tickets/new/", {"subject": "Elephants", "body": "Blue", "impact": "question", "search": "x" * 60}
    )
    assert answer.status_code == 302


def test_a_gap_becomes_a_draft_with_one_click(client: Client) -> None:
    CategoryFactory(title="Start")
    gap, staff = GapFactory(words="export to csv"), StaffFactory(is_superuser=True)
    client.force_login(staff)
    listed = client.get("/admin/helpcenter/gap/").text
    assert f'formaction="/admin/helpcenter/gap/{gap.pk}/begin/"' in listed
    assert client.get(f"/admin/helpcenter/gap/{gap.pk}/begin/").status_code == 405
    answer = client.post(f"/admin/helpcenter/gap/{gap.pk}/begin/")
    article = Article.objects.get()
    assert answer["Location"] == f"/admin/helpcenter/article/{article.pk}/change/"
    assert (article.title, article.slug, article.state) == ("Export to csv", "export-to-csv", ArticleState.DRAFT)
    gap.refresh_from_db()
    assert (gap.state, gap.article) == (GapState.WRITTEN, article)
    assert client.post(f"/admin/helpcenter/gap/{gap.pk}/begin/")["Location"] == "/admin/helpcenter/gap/"
    assert Article.objects.count() == 1


def test_a_gap_is_dismissed_by_whoever_writes_articles_only(client: Client) -> None:
    gap = GapFactory()
    client.force_login(StaffFactory())
    assert client.post(f"/admin/helpcenter/gap/{gap.pk}/dismiss/").status_code == 403
    assert client.post(f"/admin/helpcenter/gap/{gap.pk}/begin/").status_code == 403
    client.force_login(StaffFactory(is_superuser=True))
    client.post(f"/admin/helpcenter/gap/{gap.pk}/dismiss/")
    gap.refresh_from_db()
    assert gap.state == GapState.DISMISSED
    with pytest.raises(Refused):
        dismiss_gap(gap=gap, by=StaffFactory())


def test_a_slug_that_is_taken_gets_a_number_and_without_a_category_nothing_begins() -> None:
    with pytest.raises(Refused) as refusal:
        begin_article(gap=GapFactory(words="?!"), by=StaffFactory())
    assert refusal.value.code == "no_category"
    taken = ArticleFactory(slug="export")
    gap = GapFactory(words="export")
    assert begin_article(gap=gap, by=StaffFactory()).slug == f"export-{gap.pk}"
    assert taken.slug == "export"


def test_the_board_of_health_sorts_by_what_it_shows_and_by_nothing_else(client: Client) -> None:
    much, little = ArticleFactory(title="Much read"), ArticleFactory(title="Little read")
    VoteFactory(article=much, is_helpful=False)
    ReadingDayFactory(article=much, views=99, tickets=5)
    ReadingDayFactory(article=much, views=100, exits=3, day="2026-01-02")
    ReadingDayFactory(article=little, views=1)
    client.force_login(StaffFactory(is_superuser=True))
    board = client.get("/admin/helpcenter/articlehealth/?o=-2").text
    assert board.index("Much read") < board.index("Little read")
    assert "199" in board
    assert "2.5" in board
    turned = client.get("/admin/helpcenter/articlehealth/?o=2").text
    assert turned.index("Little read") < turned.index("Much read")
    assert client.get("/admin/helpcenter/articlehealth/?o=99").status_code == 200
    assert client.get("/admin/helpcenter/articlehealth/?o=2&category__pk__exact=x").status_code == 400


def test_the_log_of_searches_is_filtered_by_what_it_led_to(client: Client) -> None:
    SearchEventFactory(query="found nothing", results=0)
    SearchEventFactory(query="found some", results=3)
    SearchEventFactory(query="wrote a ticket", results=3, led_to_ticket=True, opened=ArticleFactory())
    client.force_login(StaffFactory(is_superuser=True))
    for led_to, shown in [("nothing", "found nothing"), ("no_click", "found some"), ("ticket", "wrote a ticket")]:
        listed = client.get(f"/admin/helpcenter/searchevent/?led_to={led_to}").text
        assert [words in listed for words in ("found nothing", "found some", "wrote a ticket")].count(True) == 1
        assert shown in listed
