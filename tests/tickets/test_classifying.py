"""What is suggested when a ticket arrives, when it applies itself, and what people make of it."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings, settings

from portal.accounts.models import User
from portal.events.actions import replay
from portal.events.models import Delivery, Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.routing import ClassifierFactory, SuggestionFactory
from tests.tickets.readers import in_use, trained
from tickets import actions as tickets
from tickets.models import Category, Classifier, ClassifierVersion, Suggestion, Ticket
from tickets.states.classifying import Trait

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]
REFUND = {"subject": "Charged twice", "body": "You charged my card twice, please refund one payment of the invoice."}


@pytest.fixture(autouse=True)
def words_alone(settings: LazySettings) -> None:
    settings.EMBEDDING_MODEL = "off"


@pytest.fixture(autouse=True)
def categories(db: None) -> None:
    for slug in ("account", "billing", "signals", "api", "other"):
        Category.objects.get_or_create(slug=slug, defaults={"name": slug.title()})


def decided(count: int, now: datetime, *, wrong: int = 0, trait: str = "category", label: str = "billing") -> None:
    """Decisions of agents about that label, the wrong ones first."""
    other = "api" if trait == Trait.CATEGORY else "de"
    for number in range(count):
        is_wrong = number < wrong
        SuggestionFactory(
            trait=trait,
            label=label,
            confidence=0.5,
            chosen=other if is_wrong else label,
            verdict="corrected" if is_wrong else "accepted",
            decided_at=now - timedelta(minutes=count - number),
        )


# --- Suggested --------------------------------------------------------------------------------------------------------


def test_a_ticket_is_read_after_it_was_filed_and_says_why(file: File, settle: Settle, now: datetime) -> None:
    in_use()
    ticket = file(**REFUND)
    assert not ticket.suggestions.exists()
    settle(now)
    found = {one.trait: one for one in ticket.suggestions.all()}
    assert set(found) == set(Trait)
    category = found["category"]
    assert (category.label, category.arrived_with, category.applied_at, category.verdict) == ("billing", "", None, "")
    assert found["priority"].arrived_with == "normal"
    assert found["language"].label == "en"
    assert [len(one.options) for one in found.values()] == [3, 3, 3, 3]
    shares = [option["confidence"] for option in category.options]
    assert shares == sorted(shares, reverse=True)
    assert set(" ".join(category.options[0]["words"]).split()) & {"charged", "twice", "card", "payment", "invoice"}
    ticket.refresh_from_db()
    assert ticket.category is None
    assert Event.objects.about(ticket).named("ticket.classified").count() == 1


def test_read_twice_nothing_is_done_twice(file: File, settle: Settle, now: datetime) -> None:
    in_use("category")
    ticket = file(**REFUND)
    settle(now)
    tickets.classify(ticket=ticket, arrived_with={}, now=now)
    assert ticket.suggestions.count() == 1
    assert Event.objects.about(ticket).named("ticket.classified").count() == 1


def test_without_anything_in_use_nothing_is_suggested_and_nothing_fails(file: File, settle: Settle) -> None:
    file(**REFUND)
    settle()
    assert not Suggestion.objects.exists()
    assert not Delivery.objects.exclude(error="").exists()


def test_a_broken_classifier_delays_neither_ticket_nor_letter_and_its_news_is_replayed(
    file: File, settle: Settle, now: datetime
) -> None:
    version = in_use("category")["category"]
    ClassifierVersion.objects.filter(pk=version.pk).update(trained=b"nonsense")
    ticket = file(**REFUND)
    assert ticket.due_at
    at = now
    for _attempt in range(8):
        settle(at)
        at += timedelta(hours=7)
    assert Letter.objects.filter(key=f"ticket-filed:{ticket.pk}").exists()
    parked = Delivery.objects.filter(listener="tickets.receivers.suggest_what_it_is_about")
    assert [(one.state, one.error[:9]) for one in parked] == [("parked", "NotAModel")]
    ClassifierVersion.objects.filter(pk=version.pk).update(trained=trained("category"))
    replay(deliveries=parked, by=None, now=at)
    settle(at)
    assert ticket.suggestions.get().label == "billing"


def test_tickets_from_before_the_first_training_are_read_then(file: File, settle: Settle, now: datetime) -> None:
    ticket, solved = file(**REFUND), tickets.solve(ticket=file(), by=None, now=now)
    settle(now)
    assert tickets.classify_missing(now=now) == 0
    in_use("category")
    assert [tickets.classify_missing(now=now) for _time in range(2)] == [1, 0]
    in_use("language")
    assert [tickets.classify_missing(now=now) for _time in range(2)] == [1, 0]
    assert ticket.suggestions.count() == 2
    ticket.suggestions.filter(trait="language").delete()
    assert ticket.suggestions.get().label == "billing"
    assert not solved.suggestions.exists()


def test_no_web_process_loads_scikit_learn() -> None:
    code = "import django; django.setup(); import portal.urls, sys; sys.exit('sklearn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=settings.BASE_DIR)


# --- Applied by itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "wrong", "is_applied"), [(200, 6, True), (200, 7, False), (199, 0, False), (220, 20, True)]
)
def test_a_label_applies_itself_once_agents_agreed_with_97_of_100_of_the_last_200(
    count: int, wrong: int, is_applied: bool, file: File, settle: Settle, now: datetime
) -> None:
    in_use("category")
    decided(count, now, wrong=wrong)
    ticket = file(**REFUND)
    settle(now)
    ticket.refresh_from_db()
    assert (ticket.category is not None) == is_applied
    assert (ticket.suggestions.get().applied_at is not None) == is_applied


def test_what_somebody_chose_stays_whoever_it_was(file: File, settle: Settle, agent: User, now: datetime) -> None:
    in_use("category")
    decided(200, now)
    other = Category.objects.get(slug="other")
    by_the_customer, by_an_agent = file(**REFUND, category=other), file(**REFUND)
    tickets.change_category(ticket=by_an_agent, category=other, by=agent, now=now)  # before the news is delivered
    settle(now)
    for ticket in (by_the_customer, by_an_agent):
        ticket.refresh_from_db()
        assert ticket.category == other
        assert ticket.suggestions.get().applied_at is None


def test_a_priority_is_only_ever_proposed(file: File, settle: Settle, now: datetime) -> None:
    version = in_use("priority")["priority"]
    SuggestionFactory.create_batch(
        200, trait="priority", label="normal", chosen="normal", verdict="accepted", decided_at=now
    )
    ticket = file(priority="low", **REFUND)
    settle(now)
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.suggestions.get().applied_at) == ("low", None)
    assert not version.classifier.applies


def test_a_language_applies_itself_too_and_can_be_switched_off(file: File, settle: Settle, now: datetime) -> None:
    in_use("language")
    decided(200, now, trait="language", label="en")
    first = file(**REFUND)
    settle(now)
    assert first.suggestions.get().applied_at == now
    Classifier.objects.update(applies=False)
    second = file(**REFUND)
    settle(now)
    assert second.suggestions.get().applied_at is None


# --- Decided ----------------------------------------------------------------------------------------------------------


def test_an_agent_accepts_or_corrects_and_the_ticket_follows(file: File, agent: User, now: datetime) -> None:
    ticket = file(**REFUND)
    category = SuggestionFactory(ticket=ticket, label="billing")
    priority = SuggestionFactory(ticket=ticket, trait="priority", label="low")
    tickets.decide(suggestion=category, label="billing", by=agent, now=now)
    done = tickets.decide(suggestion=priority, label="high", by=agent, now=now)
    ticket.refresh_from_db()
    assert (ticket.category and ticket.category.slug, ticket.priority) == ("billing", "high")
    category.refresh_from_db()
    assert (category.verdict, category.decided_by, category.chosen) == ("accepted", agent, "billing")
    assert (done.verdict, done.label, done.chosen) == ("corrected", "low", "high")
    assert Event.objects.about(ticket).named("ticket.suggestion_decided").count() == 2


def test_a_second_click_does_nothing_and_a_colleagues_choice_is_not_passed_over(
    file: File, agent: User, new_agent: Callable[..., User]
) -> None:
    ticket, colleague = file(), new_agent()
    suggestion = SuggestionFactory(ticket=ticket, label="billing")
    for _click in range(2):
        tickets.decide(suggestion=suggestion, label="api", by=agent)
    assert Event.objects.about(ticket).named("ticket.suggestion_decided").count() == 1
    with pytest.raises(Refused) as refused:
        tickets.decide(suggestion=suggestion, label="billing", by=colleague)
    assert refused.value.code == "stale"
    assert tickets.decide(suggestion=suggestion, label="billing", by=colleague, seen="api").verdict == "accepted"


def test_only_staff_decide_and_only_for_known_labels(file: File, agent: User, customer: User) -> None:
    suggestion = SuggestionFactory(ticket=file())
    with pytest.raises(Refused):
        tickets.decide(suggestion=suggestion, label="billing", by=customer)
    with pytest.raises(Refused) as refused:
        tickets.decide(suggestion=suggestion, label="nonsense", by=agent)
    assert refused.value.code == "no_label"


def test_a_category_that_is_set_by_hand_decides_too(file: File, agent: User, settle: Settle, now: datetime) -> None:
    in_use("category")
    ticket = file(**REFUND)
    settle(now)
    tickets.change_category(ticket=ticket, category=Category.objects.get(slug="api"), by=agent, now=now)
    settle(now)
    suggestion = ticket.suggestions.get()
    assert (suggestion.verdict, suggestion.chosen, suggestion.decided_by) == ("corrected", "api", agent)


def test_what_was_applied_and_left_so_until_the_ticket_was_solved_counts_as_agreed(
    file: File, agent: User, customer: User, settle: Settle, now: datetime
) -> None:
    applied = {"applied_at": now, "made_at": now}
    kept, not_ours, changed = (file(category=Category.objects.get(slug="billing")) for _ in range(3))
    for ticket in (kept, not_ours, changed):
        SuggestionFactory(ticket=ticket, **applied)
    tickets.change_category(ticket=changed, category=Category.objects.get(slug="api"), by=agent, now=now)
    tickets.solve(ticket=kept, by=agent, now=now)
    tickets.solve(ticket=not_ours, by=customer, now=now)
    tickets.solve(ticket=changed, by=agent, now=now)
    settle(now)
    assert [one.suggestions.get().verdict for one in (kept, not_ours, changed)] == ["let_stand", "", "corrected"]


def test_a_promise_about_a_category_follows_its_change_and_the_replay_agrees(
    file: File, agent: User, now: datetime
) -> None:
    from tests.factories.tickets import SlaPolicyFactory

    SlaPolicyFactory(dimension="category", value="api", first_response_for=timedelta(minutes=30))
    ticket = tickets.change_category(ticket=file(), category=Category.objects.get(slug="api"), by=agent, now=now)
    assert ticket.due_at == now + timedelta(minutes=30)
    assert tickets.replay_promises().differences == []
    tickets.close(ticket=ticket, by=agent, now=now)
    with pytest.raises(Refused):
        tickets.change_category(ticket=ticket, category=Category.objects.get(slug="other"), by=agent, now=now)


def test_every_portal_has_a_classifier_per_trait(db: None) -> None:
    from tickets.furnish import make_classifiers

    make_classifiers()
    assert {one.trait: one.applies for one in Classifier.objects.all()} == {
        "category": True, "priority": False, "language": True, "sentiment": True,
    }  # fmt: skip
    assert (ClassifierFactory().agreement, ClassifierFactory().window) == (97, 200)
