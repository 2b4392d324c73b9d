import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from helpcenter.models import Article, Word
from helpcenter.search import Asked, Found, find
from helpcenter.search.learning import learn_words
from helpcenter.states import Audience
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, SynonymFactory

pytestmark = pytest.mark.django_db


def found(typed: str, user: object = None) -> Found:
    return find(Asked.of(typed), among=Article.objects.visible_to(user or AnonymousUser()))


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("subscribtion", "subscription"),
        ("subsrcibtion", "subscription"),  # two edits from nine letters
        ("pasword lost", "password lost"),
        ("passwrod", "password"),  # a swap is one edit
        ("pswd", ""),  # too short
        ("psssword1", ""),  # with a digit: a code, not a slip
        ("pxssxord", ""),  # two edits in eight letters
        ("passwords", ""),  # the same stem stands there
    ],
)
def test_a_slip_is_corrected_to_a_word_of_our_articles(typed: str, corrected: str) -> None:
    ArticleFactory(title="Subscription", body="Your password is lost.")
    learn_words()
    assert found(typed).corrected == corrected
    assert bool(found(typed).hits) is (bool(corrected) or typed == "passwords")


def test_ties_go_to_the_same_first_letter_and_then_to_the_more_frequent_word() -> None:
    ArticleFactory(title="Chart hoard board", body="board")
    ArticleFactory(title="Board", body="smart")
    learn_words()
    assert found("bhart").corrected == "chart"
    assert found("xoard").corrected == "board"
    ArticleFactory(title="Xoarl")
    learn_words()
    assert found("xoard").corrected == "xoarl"


def test_a_word_only_of_hidden_articles_is_neither_proposed_nor_told_apart() -> None:
    ArticleFactory(title="Falconry", category=CategoryFactory(audience=Audience.ENGINEERING), body="falconry kestrel")
    ArticleFactory(title="Falconer", body="A public falconer.")
    learn_words()
    assert Word.objects.filter(word="falconry").exists()
    assert found("kestrle").corrected == ""
    assert found("falconxer").corrected == "falconer"
    staff = StaffFactory(is_superuser=True)
    assert found("kestrle", staff).corrected == "kestrel"
    assert found("falconry", staff).corrected == ""


def test_synonyms_and_quotes_are_not_corrected_and_a_literal_search_is_literal() -> None:
    ArticleFactory(title="Invoice", body="invoices")
    SynonymFactory(words=["invoyce", "invoice"])
    learn_words()
    assert found("invoyce").corrected == ""
    assert [hit.title for hit in found("invoyce").hits] == ["Invoice"]
    assert found('"invioce"').corrected == ""
    literal = find(Asked.of("invioce", is_literal=True), among=Article.objects.all())
    assert (literal.corrected, literal.total) == ("", 0)


def test_the_page_tells_of_a_correction_and_searches_literally_with_one_click(client: Client) -> None:
    ArticleFactory(title="Subscription")
    learn_words()
    page = client.get("/help/search/?q=subscribtion").text
    assert "Results for “<strong>subscription</strong>”" in page
    assert 'href="?q=subscribtion&amp;exact=1"' in page
    assert "Nothing found" in client.get("/help/search/?q=subscribtion&exact=1").text


def test_the_vocabulary_follows_the_articles() -> None:
    article = ArticleFactory(title="Balloon", body="A balloon.")
    assert learn_words() > 0
    assert learn_words() == 0
    article.document.delete()
    assert learn_words() > 0
    assert not Word.objects.exists()
