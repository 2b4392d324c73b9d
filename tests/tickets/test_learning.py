"""Classifiers learn from agents in the worker, and nothing worse is taken into use."""

import tomllib
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from portal.accounts.models import User
from portal.lib.privacy import PERSON, Subject
from portal.lib.text import training
from portal.lib.text.classifier import Classifier as LabelModel
from tests.factories.accounts import StaffFactory
from tests.factories.routing import ClassifierFactory, ClassifierVersionFactory, SuggestionFactory
from tests.tickets.readers import in_use, trained
from tickets import actions as tickets
from tickets.actions.classifying import learning, start_set
from tickets.demo import STORIES
from tickets.management.commands import classifier_report
from tickets.models import Category, Classifier, ClassifierVersion, Ticket
from tickets.privacy import erase
from tickets.states.classifying import Trait
from tickets.tasks import tend_classifiers

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture(autouse=True)
def words_alone(settings: LazySettings) -> None:
    settings.EMBEDDING_MODEL = "off"
    settings.STAFF_SECOND_FACTOR = False


def thinned(trait: str) -> tuple[list[str], list[str]]:
    """Every third text and label of the start set: quicker to learn, and enough to see how learning goes."""
    texts, labels = start_set(trait)
    order = sorted(range(len(texts)), key=lambda place: labels[place])[::3]
    return [texts[place] for place in order], [labels[place] for place in order]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (learning, classifier_report):
        monkeypatch.setattr(module, "start_set", thinned)


def test_the_start_set_is_varied_and_teaches_categories_that_are_shipped() -> None:
    texts, labels = start_set(Trait.CATEGORY)
    assert len(texts) > 400
    assert len(set(texts)) == len(texts)
    assert min(labels.count(label) for label in set(labels)) > 70
    assert set(labels) <= set(Category.objects.values_list("slug", flat=True)) | {"other"}


def test_what_was_learned_holds_for_tickets_that_nothing_was_learned_from() -> None:
    """The sixty tickets of the demo."""
    model = LabelModel.from_bytes(trained("category"), None)
    stories = [(path.stem, one) for path in STORIES.glob("*.toml") for one in tomllib.loads(path.read_text())["story"]]
    texts = [f"{one['subject']}\n\n{one['steps'][0].split(' ', 2)[2]}" for _category, one in stories]
    right = [found[0].label == stories[place][0] for place, found in enumerate(model.suggest_all(texts))]
    assert sum(right) / len(right) >= 0.75


def test_the_first_training_is_taken_into_use_and_is_no_pickle(now: datetime) -> None:
    classifier = ClassifierFactory(trait="language", applies=True)
    assert tickets.is_training_due(classifier=classifier, now=now)
    made = tickets.train(classifier=classifier, now=now)
    assert made
    assert (made.number, made.state, made.decisions, made.examples) == (1, "live", 0, 55)
    assert len(made.digest) == 64
    assert made.scores["accuracy"] > 0.5
    with zipfile.ZipFile(BytesIO(made.trained)) as parts:
        assert all(name.endswith(".npy") for name in parts.namelist())
    classifier.refresh_from_db()
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(days=2))
    assert tickets.train(classifier=classifier, now=now) is None  # nothing new to learn


def test_a_first_training_that_died_is_begun_again_soon(now: datetime) -> None:
    classifier = ClassifierFactory(trait="language", applies=True)
    classifier.tended_at = now
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(minutes=29))
    assert tickets.is_training_due(classifier=classifier, now=now + timedelta(minutes=31))
    classifier.is_active = False
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(days=2))


def test_decisions_of_agents_are_learned_from_once_a_day(file: File, agent: User, now: datetime) -> None:
    classifier = ClassifierFactory(trait="language", applies=True)
    tickets.train(classifier=classifier, now=now)
    texts = ["Dzień dobry, nie mogę się zalogować do konta", "Proszę o fakturę za ostatni miesiąc, dziękuję"]
    for text in texts * 3:
        ticket = file(subject=text, body=text)
        suggestion = SuggestionFactory(ticket=ticket, trait="language", label="it")
        tickets.decide(suggestion=suggestion, label="other", by=agent, now=now + timedelta(minutes=5))
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(hours=23))
    later = now + timedelta(hours=25)
    classifier.refresh_from_db()
    assert tickets.is_training_due(classifier=classifier, now=later)
    made = tickets.train(classifier=classifier, now=later)
    assert made
    assert (made.number, made.state, made.decisions) == (2, "live", 6)
    assert made.scores["accuracy"] > made.rival_scores["accuracy"]  # on the same texts
    assert list(classifier.versions.values_list("number", "state")) == [(2, "live"), (1, "retired")]


def test_a_version_that_measures_worse_is_not_taken(
    file: File, agent: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = in_use("language", at=now)["language"]
    suggestion = SuggestionFactory(ticket=file(), trait="language", label="en")
    tickets.decide(suggestion=suggestion, label="de", by=agent, now=now + timedelta(minutes=1))
    worse = {"accuracy": 0.6, "macro_f1": 0.9}, {"accuracy": 0.7, "macro_f1": 0.5}
    monkeypatch.setattr(training, "rivals", lambda examples, known: worse)
    made = tickets.train(classifier=version.classifier, now=now + timedelta(days=1))
    assert made
    assert (made.state, made.rival_scores["accuracy"]) == ("refused", 0.7)
    version.refresh_from_db()
    assert version.state == "live"


def test_a_training_that_fails_stands_where_staff_see_it(
    file: File, agent: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = in_use("language", at=now)["language"]

    def fails(*_words: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(training, "train_classifier", fails)
    made = tickets.train(classifier=version.classifier, now=now)
    assert made
    assert (made.state, made.error) == ("failed", "MemoryError: no room")
    assert ClassifierVersion.objects.live().get() == version
    suggestion = SuggestionFactory(ticket=file(), trait="language", label="en")
    tickets.decide(suggestion=suggestion, label="de", by=agent, now=now + timedelta(minutes=1))
    classifier = Classifier.objects.get(trait="language")
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(hours=1))
    assert tickets.is_training_due(classifier=classifier, now=now + timedelta(days=1, minutes=1))


def test_the_clock_trains_what_is_due_and_old_models_are_let_go(now: datetime) -> None:
    Classifier.objects.exclude(trait="language").delete()
    classifier = ClassifierFactory(trait="language", applies=True)
    for number in range(1, 4):
        ClassifierVersionFactory(classifier=classifier, number=number, state="retired", trained=b"old", made_at=now)
    assert tend_classifiers() == 1
    assert tend_classifiers() == 0
    kept = classifier.versions.values_list("number", "state", "trained")
    assert [(number, state, raw is not None) for number, state, raw in kept] == [
        (4, "live", True), (3, "retired", True), (2, "retired", True), (1, "retired", False),
    ]  # fmt: skip


def test_who_trained_at_the_same_time_is_passed_over(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = ClassifierFactory(trait="language", applies=True)
    learn = training.train_classifier

    def slowly(*words: Any) -> Any:
        ClassifierVersionFactory(classifier=classifier, number=1, state="live", trained=b"quicker", made_at=now)
        return learn(*words)

    monkeypatch.setattr(training, "train_classifier", slowly)
    assert tickets.train(classifier=classifier, now=now) is None
    assert classifier.versions.count() == 1


def test_the_admin_shows_what_was_measured_and_what_agents_made_of_it(client: Client, now: datetime) -> None:
    classifier = ClassifierFactory()
    ClassifierVersionFactory(
        classifier=classifier, state="live", trained=b"x", scores={"accuracy": 0.8642, "macro_f1": 0.86}, examples=457
    )
    SuggestionFactory(label="billing", chosen="billing", verdict="accepted", decided_at=now)
    SuggestionFactory(label="billing", chosen="api", verdict="corrected", decided_at=now)
    client.force_login(StaffFactory(role="lead"))
    shown = client.get("/admin/tickets/classifier/").text
    assert "86.4 %" in shown
    assert "457 texts" in shown
    page = client.get(f"/admin/tickets/classifier/{classifier.pk}/change/").text
    assert "86.4 %" in page
    assert "1 (50 %)" in page
    client.force_login(StaffFactory(role="agent-l1"))
    assert client.get("/admin/tickets/classifier/").status_code == 403


def test_the_report_tells_accuracy_and_what_would_be_applied(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("classifier_report", words_alone=True)
    told = capsys.readouterr().out
    for words in ("category: 153 texts, 5 labels: accuracy 0.", "macro-F1 0.", "from 0.90: coverage 0.", "sentiment"):
        assert words in told


def test_erased_words_are_forgotten_by_the_model_too(file: File, agent: User, customer: User, now: datetime) -> None:
    version = in_use("language", at=now)["language"]
    ClassifierVersion.objects.filter(pk=version.pk).update(decisions=1)
    suggestion = SuggestionFactory(ticket=file(), trait="language", label="en")
    tickets.decide(suggestion=suggestion, label="de", by=agent, now=now)
    classifier = version.classifier
    assert not tickets.is_training_due(classifier=classifier, now=now + timedelta(days=2))
    subject = Subject(PERSON, customer.pk, (customer.email,))
    while erase(subject, 100):
        pass
    suggestion.refresh_from_db()
    assert suggestion.options == []
    assert tickets.is_training_due(classifier=classifier, now=now + timedelta(days=2))
    made = tickets.train(classifier=classifier, now=now + timedelta(days=2))
    assert made
    assert (made.state, made.decisions) == ("live", 0)  # though it may be worse
    version.refresh_from_db()
    assert (version.state, version.trained) == ("retired", None)
