"""What search keeps is made anew while people search and ask: they are answered at every moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client

from helpcenter.models import Article, Posting, Question, SearchDocument
from helpcenter.states import Outcome
from helpcenter.tasks import learn_words, reindex

pytestmark = pytest.mark.django_db(transaction=True)
ASK = "/help/ask/"
FORGOT = "I forgot my password, how do I get a new one?"
AT_MOST_S = 60


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], object]], Future[None]]]:
    """Runs something in a thread, with a connection of its own."""

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield lambda act: pool.submit(run, act)


def assert_all_answer() -> None:
    """Search, its corrections, suggestions and the answer engine, each with what is right."""
    client = Client()
    cache.clear()  # nothing kept answers in place of the tables, and nobody asks too often
    assert "Change your password" in client.get("/help/search/?q=forgot+password").text
    corrected = client.get("/help/search/?q=forgot+pasword").text
    assert "data-corrected" in corrected
    assert "Change your password" in corrected
    assert "Change your password" in client.get("/help/suggest/?q=change+your+pass").text
    client.post(ASK, {"question": FORGOT}, headers={"Sec-Fetch-Site": "same-origin"})
    asked = Question.objects.order_by("-pk")[0]
    assert asked.outcome == Outcome.ANSWERED
    assert asked.answer["quotes"][0]["article"] == Article.objects.get(title="Change your password").pk


def test_search_and_ask_answer_while_a_transaction_has_taken_everything_away(
    shelf: dict[str, Article], beside: Callable[[Callable[[], object]], Future[None]]
) -> None:
    learn_words()
    emptied, looked, rebuilt, looked_again = Event(), Event(), Event(), Event()

    def rebuild() -> None:
        with transaction.atomic():
            Posting.objects.all().delete()
            SearchDocument.objects.all().delete()
            emptied.set()
            assert looked.wait(AT_MOST_S)
            assert reindex() == len(shelf)
            learn_words()
            rebuilt.set()
            assert looked_again.wait(AT_MOST_S)

    assert_all_answer()
    rebuilding = beside(rebuild)
    assert emptied.wait(AT_MOST_S)
    assert_all_answer()
    looked.set()
    assert rebuilt.wait(AT_MOST_S)
    assert_all_answer()
    looked_again.set()
    rebuilding.result(AT_MOST_S)
    assert_all_answer()


def test_search_and_ask_answer_while_the_command_makes_everything_anew(
    shelf: dict[str, Article], beside: Callable[[Callable[[], object]], Future[None]]
) -> None:
    learn_words()
    before = sorted(Posting.objects.values_list("term", "article_id"))
    times = 0
    rebuilding = beside(lambda: [call_command("reindex", verbosity=0) for _ in range(4)])
    while not rebuilding.done() or not times:
        assert_all_answer()
        times += 1
        Question.objects.all().delete()  # who asks the same again and again would be handed to a person
    rebuilding.result()
    connection.close()
    assert sorted(Posting.objects.values_list("term", "article_id")) == before
    assert times > 1
