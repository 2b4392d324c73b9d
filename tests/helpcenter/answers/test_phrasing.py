"""A model outside words an answer, if it keeps to what is quoted; down, slow or chatty, the quotes stand alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone

from helpcenter.answers import Answer, Context, Quote, answer
from helpcenter.answers.phrasing import objection, phrase
from helpcenter.models import Article
from helpcenter.states import Audience, Outcome
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory
from tests.fakes.chat_model import Provider, chat_model
from tests.helpcenter.answers.corpus import take_up

FORGOT = "I forgot my password, how do I get a new one?"
GOOD = "Choose Forgot password on the log-in page [1]. We send you a link that works for one hour [1]."
QUOTES = [
    Quote(1, "Change your password", "When you forgot it", "", "/help/a/b/",
          "Choose Forgot password on the log-in page. We send you a link that works for one hour."),
    Quote(2, "Change your plan", "", "", "/help/a/c/", "Owners move to another plan under Billing. It costs 49 euros."),
]  # fmt: skip


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with chat_model(GOOD) as found:
        settings.ANSWER_MODEL_URL, settings.ANSWER_MODEL_KEY = found.url, "sk-fake"
        settings.ANSWER_MODEL_NAME, settings.ANSWER_MODEL_SECONDS = "small", 1
        yield found


def asked(question: str = FORGOT, user: object = None) -> Answer:
    context = Context(visitor="v" * 32)
    return answer(question=question, user=user or AnonymousUser(), now=timezone.now(), context=context)


def test_a_model_words_what_is_quoted(shelf: dict[str, Article], provider: Provider) -> None:
    found = asked()
    assert (found.outcome, found.phrased) == (Outcome.ANSWERED, GOOD)
    question = f"{FORGOT} I am ann@example.com"
    assert phrase(question, found.quotes, among=Article.objects.all(), now=timezone.now()) == GOOD
    sent = json.dumps(provider.asked[-1])
    assert "ann@example.com" not in sent
    assert "[email]" in sent
    assert set(provider.keys) == {"Bearer sk-fake"}
    assert [one["role"] for one in provider.asked[0]["messages"]] == ["system", "user"]


@pytest.mark.parametrize("kind", ["down", "slow", "broken", "odd", "chatty"])
def test_whatever_happens_to_the_provider_the_quotes_stand(
    shelf: dict[str, Article], provider: Provider, settings: Any, kind: str
) -> None:
    if kind == "down":
        settings.ANSWER_MODEL_URL = "http://127.0.0.1:9/v1"
    provider.takes_s = 2 if kind == "slow" else 0
    provider.status = 500 if kind == "broken" else 200
    provider.raw = b'{"choices": []}' if kind == "odd" else None
    provider.says = "We will refund you at once [1]." if kind == "chatty" else GOOD
    found = asked()
    assert (found.outcome, found.phrased) == (Outcome.ANSWERED, "")
    assert "We send you a link" in found.quotes[0].text


def test_a_provider_that_failed_is_left_alone_for_a_while(shelf: dict[str, Article], provider: Provider) -> None:
    provider.status = 500
    for _ in range(3):
        asked()
    assert len(provider.asked) == 1


def test_no_more_is_sent_in_a_day_than_was_allowed(
    shelf: dict[str, Article], provider: Provider, settings: Any
) -> None:
    settings.ANSWER_MODEL_CALLS_A_DAY = 2
    assert [bool(asked().phrased) for _ in range(3)] == [True, True, False]
    cache.clear()
    settings.ANSWER_MODEL_CHARACTERS_A_DAY = 100
    asked()
    assert len(provider.asked) == 2


def test_nothing_is_sent_when_it_cannot_be_counted(
    shelf: dict[str, Article], provider: Provider, settings: Any
) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    assert asked().phrased == ""
    assert not provider.asked


def test_what_not_everybody_may_read_is_never_sent(shelf: dict[str, Article], provider: Provider) -> None:
    ArticleFactory(
        title="Restart the ingest workers", body="Drain the queue first, then restart them one by one.",
        category=CategoryFactory(audience=Audience.OPERATIONS),
    )  # fmt: skip
    take_up()
    found = asked("How do I restart the ingest workers?", UserFactory(is_staff=True, is_superuser=True))
    assert found.quotes
    assert found.phrased == ""
    assert not provider.asked


def test_nothing_unknown_is_sent(shelf: dict[str, Article], provider: Provider) -> None:
    assert asked("What is the capital of France?").outcome == Outcome.UNKNOWN
    assert not provider.asked


@pytest.mark.parametrize(
    "said",
    [
        GOOD,
        "Choose Forgot password on the log-in page. [1]",
        "Owners move to another plan under Billing, which costs 49 euros [2].",
    ],
)
def test_what_is_covered_by_its_citations_passes(said: str) -> None:
    assert objection(said, QUOTES) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "no answer"),
        ("NO ANSWER", "no answer"),
        ("Choose Forgot password on the log-in page.", "cites no passage"),
        ("Choose Forgot password on the log-in page [3].", "cites no passage"),
        ("Choose Forgot password on the log-in page [1]. The link works for one hour.", "cites no passage"),
        ("Owners move to another plan for 59 euros [2].", "number"),
        ("Choose Forgot password on the page of Acme [1].", "name"),
        ("Choose Forgot password at https://evil.example/reset [1].", "link"),
        ("Write to help@evil.example about the password link [1].", "link"),
        ("We will send and guarantee you a link [1].", "promise"),
        ("I have reset the password [1].", "promise"),
        ("Our team will refund the plan [2].", "promise"),
        ("Bananas grow quickly in warm tropical gardens near rivers [1].", "more than"),
        ("Choose Forgot password [1]. " * 80, "too long"),
    ],
)
def test_what_goes_beyond_its_citations_is_thrown_away(said: str, why: str) -> None:
    assert why in objection(said, QUOTES)
