"""When a person is fetched, what an incident explains, and what language we read."""

from datetime import UTC, datetime

import pytest

from helpcenter.answers.languages import is_foreign
from helpcenter.answers.rules import hand_over
from helpcenter.answers.troubles import is_about_it, matching
from helpcenter.states import HandOver
from portal.operations.current import Trouble

SINCE = datetime(2026, 3, 10, 9, tzinfo=UTC)
LATE = Trouble("Signals arrive late", ("Signal delivery",), "/status/incidents/a/", SINCE)
LOGIN = Trouble("Log-in by passkey fails for some users", ("Accounts",), "/status/incidents/b/", SINCE)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("I want to talk to a human", HandOver.ASKED),
        ("Can I speak with someone from your support team?", HandOver.ASKED),
        ("agent please", HandOver.ASKED),
        ("a real person, not a bot", HandOver.ASKED),
        ("How can I contact support?", HandOver.ASKED),
        ("My account was hacked", HandOver.SECURITY),
        ("Someone else logged into my account last night", HandOver.SECURITY),
        ("We published by mistake our API key on GitHub", HandOver.SECURITY),
        ("There is an unknown device in my sessions", HandOver.SECURITY),
        ("You charged me twice this month", HandOver.BILLING_DISPUTE),
        ("I was charged after I canceled", HandOver.BILLING_DISPUTE),
        ("I want my money back", HandOver.BILLING_DISPUTE),
        ("Refund me now, I was overcharged", HandOver.BILLING_DISPUTE),
        ("This is ridiculous, nothing works", HandOver.ANGER),
        ("WHY DOES NOTHING EVER WORK IN THIS PRODUCT", HandOver.ANGER),
        ("Worst service ever", HandOver.ANGER),
        ("I already reported this last week", HandOver.REPEAT),
        ("This is the third time signals are missing", HandOver.REPEAT),
    ],
)
def test_a_person_is_fetched_with_the_reason_named(question: str, reason: HandOver) -> None:
    assert hand_over(question) == reason


@pytest.mark.parametrize(
    "question",
    [
        "How do refunds work?",
        "How do I change my password?",
        "How do I secure my account with a second factor?",
        "Where do I see which devices are signed in?",
        "What does QE-1042 mean?",
        "How do I add a person to my organization?",
        "When will I be charged for the Elite plan?",
        "How do I cancel my subscription?",
        "Signals arrive ten minutes late. What can I do?",
        "My payment was declined",
        "Why was my card declined twice?",
        "How do I get a receipt for a payment?",
        "API keys: how do I rotate them?",
        "What is the AI signal confidence?",
    ],
)
def test_an_ordinary_question_fetches_nobody(question: str) -> None:
    assert hand_over(question) is None


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Why do my signals arrive so late?", (LATE,)),
        ("signal delivery is broken", (LATE,)),
        ("I cannot log in with my passkey", (LOGIN,)),
        ("Is there an outage?", (LATE, LOGIN)),
        ("Is the signal delivery down?", (LATE,)),
        ("How do I change my plan?", ()),
        ("The invoice is missing a line", ()),
    ],
)
def test_a_question_is_matched_with_what_is_known_to_be_wrong(question: str, found: tuple[Trouble, ...]) -> None:
    assert matching(question, [LATE, LOGIN]) == found


def test_how_something_is_done_is_not_answered_by_an_incident() -> None:
    assert not is_about_it("How do I set up signal delivery by email?")
    assert is_about_it("Signal delivery does not work")


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("Wie kann ich meine Rechnung herunterladen?", True),
        ("Comment puis-je changer mon mot de passe ?", True),
        ("¿Cómo puedo cambiar mi contraseña?", True),
        ("信号在哪里？", True),
        ("Как изменить пароль", True),
        ("How do I change my password?", False),
        ("QE-1042", False),
        ("invoice die cut", False),
        ("", False),
    ],
)
def test_another_language_is_noticed(question: str, is_other: bool) -> None:
    assert is_foreign(question) is is_other
