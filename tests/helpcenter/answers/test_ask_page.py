"""The page: ask, read, judge, go on, go to a person; with and without scripts, signed in or not."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpcenter.models import Article, Question
from helpcenter.states import HandOver, Outcome
from helpcenter.views.asking import MOST_A_MINUTE
from portal.accounts.models import User
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.helpcenter import QuestionFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
HTMX = {**FROM_HERE, "HX-Request": "true", "HX-Target": "answer"}
ASK = "/help/ask/"
FORGOT = "I forgot my password, how do I get a new one?"


def test_the_page_says_what_it_does_and_always_offers_a_person(client: Client) -> None:
    page = client.get(ASK, {"q": "Where is my invoice?"})
    assert page.status_code == 200
    assert "Where is my invoice?" in page.text
    assert 'href="/tickets/new/"' in page.text
    assert not Question.objects.exists()
    assert not client.cookies


def test_without_scripts_a_question_leads_to_its_answer(client: Client, shelf: dict[str, Article]) -> None:
    sent = client.post(ASK, {"question": FORGOT}, headers=FROM_HERE)
    row = Question.objects.get()
    assert sent.status_code == 302
    assert sent["Location"] == reverse("helpcenter:answer", args=[row.public_id])
    page = client.get(sent["Location"]).text
    assert "#when-you-forgot-it" in page
    assert "Did this solve it?" in page
    assert f"/tickets/new/?from={row.public_id}" in page
    assert (row.outcome, row.turn, row.user_id) == (Outcome.ANSWERED, 1, None)
    assert row.answer["quotes"][0]["article"] == shelf["Change your password"].pk


def test_htmx_gets_just_the_answer(client: Client, shelf: dict[str, Article]) -> None:
    part = client.post(ASK, {"question": FORGOT}, headers=HTMX)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="answer"' in part.text
    assert "We send you a link" in part.text


def test_the_reader_says_whether_it_helped(client: Client, shelf: dict[str, Article]) -> None:
    client.post(ASK, {"question": FORGOT}, headers=FROM_HERE)
    row = Question.objects.get()
    url = reverse("helpcenter:answer", args=[row.public_id])
    part = client.post(url, {"solved": "no"}, headers=HTMX)
    assert "Send it to a person" in part.text
    row.refresh_from_db()
    assert row.is_solved is False
    assert client.post(url, {"solved": "yes"}, headers=FROM_HERE)["Location"] == url
    assert "Good to hear" in client.get(url).text


def test_a_hand_over_always_leaves_a_visible_message(client: Client, db: None) -> None:
    """Also when it is the first thing that anybody says, and no article exists."""
    part = client.post(ASK, {"question": "human"}, headers=HTMX)
    row = Question.objects.get()
    assert (row.outcome, row.reason, row.confidence) == (Outcome.HANDED_OVER, HandOver.ASKED, None)
    assert "A person takes over" in part.text
    assert f'href="/tickets/new/?from={row.public_id}"' in part.text


def test_what_is_kept_is_scrubbed(client: Client, db: None) -> None:
    client.post(ASK, {"question": "My card 4242 4242 4242 4242 and ann@example.com fail"}, headers=FROM_HERE)
    assert Question.objects.get().text == "My card [card] and [email] fail"


@pytest.mark.parametrize("question", ["", "   ", "x" * 1001])
def test_an_empty_or_endless_question_is_refused_with_a_sentence(client: Client, question: str) -> None:
    refused = client.post(ASK, {"question": question}, headers=HTMX)
    assert refused.status_code == 422
    assert 'class="error' in refused.text or "errorlist" in refused.text or "Write your question" in refused.text
    assert not Question.objects.exists()


def test_words_of_a_visitor_are_shown_as_words(client: Client, db: None) -> None:
    page = client.post(ASK, {"question": "<script>alert(1)</script> what?"}, headers=HTMX).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_who_asks_too_often_waits(client: Client, db: None) -> None:
    for _ in range(MOST_A_MINUTE):
        client.post(ASK, {"question": "human"}, headers=FROM_HERE)
    refused = client.post(ASK, {"question": "human"}, headers=HTMX)
    assert refused.status_code == 422
    assert "many questions" in refused.text
    assert Question.objects.count() == MOST_A_MINUTE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({}, 403),
    ],
)
def test_a_visitor_s_question_comes_from_our_own_page(db: None, headers: dict[str, str], status: int) -> None:
    assert Client(enforce_csrf_checks=True).post(ASK, {"question": "human"}, headers=headers).status_code == status


def test_a_signed_in_person_s_question_carries_a_token(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    assert client.post(ASK, {"question": "human"}, headers=FROM_HERE).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(ASK).text)
    assert token
    given = {"question": "human", "csrfmiddlewaretoken": token[1]}
    assert client.post(ASK, given, headers=FROM_HERE).status_code == 302


def test_questions_of_one_person_are_nobody_else_s(client: Client, db: None) -> None:
    row = QuestionFactory(user_id=UserFactory().pk, text="Mine alone")
    url = reverse("helpcenter:answer", args=[row.public_id])
    assert client.get(url).status_code == 404
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    assert client.post(url, {"solved": "yes"}).status_code == 404
    begun = client.post(ASK, {"question": "human", "conversation": row.conversation})
    assert Question.objects.latest("pk").conversation != row.conversation
    assert begun.status_code == 302
    assert "Mine alone" not in client.get("/tickets/new/", {"from": row.public_id}).text


def test_an_answer_of_an_article_withdrawn_since_shows_nothing_of_it(client: Client, shelf: dict[str, Article]) -> None:
    client.post(ASK, {"question": FORGOT}, headers=FROM_HERE)
    Article.objects.update(expires_at=timezone.now() - timedelta(seconds=1), published_at=None, state="draft")
    page = client.get(reverse("helpcenter:answer", args=[Question.objects.get().public_id])).text
    assert "We send you a link" not in page
    assert "I do not know" in page


def test_a_sure_answer_stands_above_search_results(client: Client, shelf: dict[str, Article]) -> None:
    url = reverse("helpcenter:answer_panel")
    assert "We send you a link" in client.get(url, {"q": FORGOT}).text
    assert client.get(url, {"q": "capital of France"}).text.strip() == ""


@pytest.fixture
def customer(db: None) -> User:
    return MembershipFactory().user


def test_the_ticket_form_brings_the_conversation_along_and_the_questions_are_marked(
    client: Client, customer: User, settle: Callable[..., int]
) -> None:
    client.force_login(customer)
    client.post(ASK, {"question": "Who sells bananas in Rome?"})
    first = Question.objects.get()
    client.post(ASK, {"question": "human please", "conversation": first.conversation})
    second = Question.objects.latest("pk")
    assert (second.conversation, second.turn) == (first.conversation, 2)
    form = client.get("/tickets/new/", {"from": second.public_id})
    assert "Who sells bananas in Rome?" in form.text
    assert "human please" in form.text
    given = {"subject": "Bananas", "body": "In Rome", "impact": "hindered", "question": second.public_id}
    client.post("/tickets/new/", given)
    assert Ticket.objects.count() == 1
    settle()
    assert set(Question.objects.values_list("led_to_ticket", flat=True)) == {True}


def test_a_ticket_marks_only_questions_of_the_last_seven_days(customer: User, settle: Callable[..., int]) -> None:
    now = timezone.now()
    old = QuestionFactory(user_id=customer.pk, asked_at=now - timedelta(days=8))
    fresh = QuestionFactory(user_id=customer.pk, asked_at=now - timedelta(days=6))
    other = QuestionFactory(user_id=customer.pk + 1, asked_at=now - timedelta(days=1))
    client = Client()
    client.force_login(customer)
    client.post("/tickets/new/", {"subject": "Late", "body": "Signals", "impact": "hindered"})
    settle()
    marked = {row.pk: row.led_to_ticket for row in Question.objects.all()}
    assert marked == {old.pk: False, fresh.pk: True, other.pk: False}


def test_staff_see_questions_without_who_asked(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    row = QuestionFactory(text="How do I pay?", user_id=4711, visitor="f" * 32, confidence=0.8)
    listed = client.get(reverse("admin:helpcenter_question_changelist"), follow=True).text
    detail = client.get(reverse("admin:helpcenter_question_change", args=[row.pk]), follow=True).text
    for page in (listed, detail):
        assert "How do I pay?" in page
        assert "80%" in page
        assert "4711" not in page
        assert "ffffffff" not in page
