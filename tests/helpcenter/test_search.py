import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpcenter.models import Article
from helpcenter.search import PER_PAGE, Asked, find, marked, near, suggest
from tests.factories.helpcenter import ArticleFactory, CategoryFactory

pytestmark = pytest.mark.django_db


def titles(typed: str) -> list[str]:
    found = find(Asked.of(typed), among=Article.objects.visible_to(AnonymousUser()))
    return [hit.title for hit in found.hits]


def suggested(typed: str) -> list[str]:
    return [hit.title for hit in suggest(Asked.of(typed), among=Article.objects.visible_to(AnonymousUser()))]


@pytest.fixture
def library() -> None:
    ArticleFactory(title="Billing & Payments", keywords=["change card", "invoice"], body="Open the page. Add a card.")
    ArticleFactory(title="Login Issues", summary="When you cannot sign in.", body="## QE-1050\n\nThe code was refused.")
    ArticleFactory(title="Signal Delivery", body="Signals arrive by Telegram and email; a card is not needed.")
    ArticleFactory(title="Café settings", body="Für Gäste.")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("how do I change my credit card?", "Billing & Payments"),
        ("why has my telegram signal not arrived yet", "Signal Delivery"),
        ("signing in", "Login Issues"),
        ("QE-1050", "Login Issues"),
        ("qe1050", "Login Issues"),
        ("1050", "Login Issues"),
        ("cafe", "Café settings"),
        ("gaste", "Café settings"),
        ('"code was refused"', "Login Issues"),
        ("card -telegram", "Billing & Payments"),
    ],
)
def test_a_question_finds_its_article_first(typed: str, first: str) -> None:
    assert titles(typed)[:1] == [first]


@pytest.mark.usefixtures("library")
def test_quotes_and_minus_are_meant_exactly() -> None:
    assert titles('"refused code"') == []
    assert titles("card -invoice") == ["Signal Delivery"]


def test_a_title_weighs_more_than_a_text_and_a_rare_word_more_than_a_common_one() -> None:
    ArticleFactory(title="Other", body="refund refund refund refund")
    ArticleFactory(title="Refund")
    assert titles("refund") == ["Refund", "Other"]
    ArticleFactory(title="Third", body="A refund for a plan.")
    ArticleFactory(title="Fourth", body="A yearly plan.")
    assert titles("plan yearly")[0] == "Fourth"


def test_what_was_found_is_marked_and_everything_else_escaped() -> None:
    ArticleFactory(title="Tags", body="Write `<script>alert(1)</script>` where 1 < 2 & the signal is.")
    [hit] = find(Asked.of("signal"), among=Article.objects.all()).hits
    assert "1 &lt; 2 &amp; the <mark>signal</mark>" in hit.excerpt
    assert "<script>" not in hit.excerpt
    assert marked('<b onclick="x">\ue000a\ue001</b>') == "&lt;b onclick=&quot;x&quot;&gt;<mark>a</mark>&lt;/b&gt;"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60))
def test_nothing_that_can_be_typed_breaks_the_search(typed: str) -> None:
    among = Article.objects.visible_to(AnonymousUser())
    asked = Asked.of(typed)
    find(asked, among=among)
    suggest(asked, among=among)
    near(asked, among=among)


@pytest.mark.parametrize("typed", ["'", "\\", "&|!()<->:*", "a:*A", "'; DROP TABLE x; --", "%s %d %%", "a" * 5000])
def test_query_language_in_the_box_is_only_text(client: Client, typed: str) -> None:
    assert client.get("/help/search/", {"q": typed}).status_code == 200
    assert client.get("/help/suggest/", {"q": typed}).status_code == 200


def test_nothing_found_offers_what_is_near_and_a_person(client: Client) -> None:
    ArticleFactory(title="Subscription Management")
    page = client.get("/help/search/?q=subscribtoin")
    assert "Nothing found" in page.text
    assert "Subscription Management" in page.text
    assert 'href="/tickets/new/"' in page.text


def test_results_are_narrowed_to_a_category_that_the_reader_sees(client: Client) -> None:
    ArticleFactory(title="Card one", category=CategoryFactory(slug="alpha", title="Alpha"))
    ArticleFactory(title="Card two", category=CategoryFactory(slug="beta", title="Beta"))
    page = client.get("/help/search/?q=card&category=beta").text
    assert "Card two" in page
    assert "Card one" not in page
    assert "Card one" in client.get("/help/search/?q=card&category=unknown").text
    assert "Card one" in client.get("/help/search/?q=card&category='--&page=x").text


def test_more_results_stand_on_the_next_page(client: Client) -> None:
    shelf = CategoryFactory()
    for number in range(PER_PAGE + 2):
        ArticleFactory(category=shelf, title=f"Card {number}")
    first, second = client.get("/help/search/?q=card").text, client.get("/help/search/?q=card&page=2").text
    assert first.count('class="result"') == PER_PAGE
    assert 'rel="next"' in first
    assert second.count('class="result"') == 2
    assert client.get("/help/search/?q=card&page=9").status_code == 200


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("bil", ["Billing & Payments"]),
        ("invo", ["Billing & Payments"]),
        ("signal delivry", ["Signal Delivery"]),
        ("b", []),
    ],
)
def test_suggestions_come_while_a_word_is_being_typed(typed: str, expected: list[str]) -> None:
    assert suggested(typed) == expected


@pytest.mark.usefixtures("library")
def test_a_ticket_being_written_gets_a_few_articles(client: Client) -> None:
    part = client.get("/help/suggest/?form=ticket&q=Telegram+signal+does+not+arrive").text
    assert "Signal Delivery" in part
    assert 'role="listbox"' not in part
    assert "<html" not in part


@pytest.mark.usefixtures("library")
def test_suggestions_are_a_listbox_of_links(client: Client) -> None:
    part = client.get("/help/suggest/?q=bill").text
    assert 'role="listbox"' in part
    assert part.count('role="option"') == 2
    assert 'href="/help/search/?q=bill"' in part
