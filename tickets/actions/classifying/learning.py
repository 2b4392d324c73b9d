"""Training, in workers only: from the start set and from what agents decided. What measures worse is not taken."""

import importlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import structlog
from django.db import transaction

from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.storable import storable
from portal.lib.text.embedding import Embedder, embedder
from tickets.actions.classifying.deciding import choices_of
from tickets.actions.classifying.judging import texts_of
from tickets.actions.classifying.start import start_set
from tickets.events import CLASSIFIER_TRAINED
from tickets.models import Classifier, ClassifierVersion, Suggestion
from tickets.states.classifying import Trait, VersionState

MOST_DECISIONS = 2000  # the newest ones; a training with its comparison takes a minute or two then
MODELS_KEPT = 3
FIRST_AGAIN_AFTER = timedelta(minutes=30)  # when the first training came to nothing
COMPARED = ("accuracy", "macro_f1")
log = structlog.get_logger("portal.system")


@dataclass(frozen=True)
class Lesson:
    """What there is to learn from; `known` flags the examples that the version in use had too."""

    texts: list[str]
    labels: list[str]
    known: np.ndarray
    decisions: int


def is_training_due(*, classifier: Classifier, now: datetime | None = None) -> bool:
    """Whether there is nothing in use yet, or time has passed and there is more to learn from, or less: what was erased
    is forgotten by the model too."""
    if not classifier.is_active:
        return False
    live = classifier.versions.live().told().first()
    rest = classifier.retrain_every if live else min(classifier.retrain_every, FIRST_AGAIN_AFTER)
    if classifier.tended_at is not None and classifier.tended_at + rest > moment(now):
        return False
    if live is None:
        return True
    reader, last = embedder(), classifier.versions.learned().told().order_by("-number").first()
    decided = Suggestion.objects.taught().filter(trait=classifier.trait)
    is_more_known = decided.filter(decided_at__gt=last.made_at).exists() if last else False
    is_less_known = decided.count() < min(live.decisions, MOST_DECISIONS)  # words were erased
    return is_more_known or is_less_known or live.recipe != (reader.recipe if reader else "")


def train(*, classifier: Classifier, now: datetime | None = None) -> ClassifierVersion | None:
    """Learns anew and takes the new version into use unless it measures worse. None when nothing changed since.

    What goes wrong stands as a failed version; the one in use stays.
    """
    at = moment(now)
    classifier.tended_at = at
    classifier.save(update_fields=["tended_at"])  # nobody else begins meanwhile
    live = classifier.versions.live().told().first()
    lesson, reader = _lesson(classifier, live), embedder()
    training = importlib.import_module("portal.lib.text.training")  # costly to import; no web process learns
    try:
        made = _trained(training, classifier, lesson, reader)
        if live is not None and (live.digest, live.recipe) == (made.digest, made.recipe):
            return None
        made.rival_scores = _rival_scores(training, made, live, lesson, reader)
    except Exception as error:  # texts or libraries that training chokes on: kept as a failed version with its words
        log.exception("classifier.not_trained", trait=classifier.trait)
        made = ClassifierVersion(state=VersionState.FAILED, error=storable(f"{type(error).__name__}: {error}")[:2000])
    return _kept(made, classifier, live, at)


def _lesson(classifier: Classifier, live: ClassifierVersion | None) -> Lesson:
    """Labels that are no longer there, as a category that staff took away, are not learned."""
    there = choices_of(classifier.trait)
    shipped = [pair for pair in zip(*start_set(classifier.trait), strict=True) if pair[1] in there]
    texts, labels = [text for text, _label in shipped], [label for _text, label in shipped]
    decided = Suggestion.objects.taught().filter(trait=classifier.trait, chosen__in=there).select_related("ticket")
    newest = list(decided.order_by("-decided_at", "-pk")[:MOST_DECISIONS])
    known = [True] * len(texts) + [live is None or one.decided_at <= live.made_at for one in newest if one.decided_at]
    read = texts_of({one.ticket_id: one.ticket for one in newest}.values())
    return Lesson(
        [*texts, *(read[one.ticket_id] for one in newest)],
        [*labels, *(one.chosen for one in newest)],
        np.array(known),
        len(newest),
    )


def _trained(training: Any, classifier: Classifier, lesson: Lesson, reader: Embedder | None) -> ClassifierVersion:
    learn = training.train_sentiment if classifier.trait == Trait.SENTIMENT else training.train_classifier
    model = learn(lesson.texts, lesson.labels, reader)
    return ClassifierVersion(
        trained=model.to_bytes(),
        digest=model.about.digest,
        recipe=model.about.recipe,
        examples=model.about.examples,
        decisions=lesson.decisions,
        scores={name: round(score, 4) for name, score in model.about.scores.items()},
    )


def _rival_scores(
    training: Any, made: ClassifierVersion, live: ClassifierVersion | None, lesson: Lesson, reader: Embedder | None
) -> dict[str, float]:
    """How the version in use does on the same texts: learned anew without what it could not know, each text held out.

    When both know the same, as with new vectors, what was measured then."""
    if live is None:
        return {}
    if lesson.known.all():
        return live.scores
    kind = training.Sentiment if live.classifier.trait == Trait.SENTIMENT else training.Classifier
    read = [text[: training.READ] for text in lesson.texts]
    examples = training.Examples(lesson.texts, lesson.labels, kind.rows_of(read, reader))
    now, before = training.rivals(examples, lesson.known)
    made.scores |= {name: round(score, 4) for name, score in now.items()}
    return {name: round(score, 4) for name, score in before.items()}


@transaction.atomic
def _kept(
    made: ClassifierVersion, classifier: Classifier, live: ClassifierVersion | None, at: datetime
) -> ClassifierVersion | None:
    """Under a lock: who trained at the same time finds that another was quicker. What was erased must be forgotten,
    even if the new version is worse for it, and by the old ones too."""
    locked = Classifier.objects.select_for_update().get(pk=classifier.pk)
    current = locked.versions.live().told().first()
    if (current.pk if current else None) != (live.pk if live else None):
        return None
    last = locked.versions.told().order_by("-number").first()
    made.classifier, made.number, made.made_at = locked, last.number + 1 if last else 1, at
    forgets = live is not None and not made.state and made.decisions < live.decisions
    if not made.state:
        made.state = VersionState.LIVE if forgets or _is_as_good(made) else VersionState.REFUSED
    if made.state == VersionState.LIVE:
        locked.versions.live().update(state=VersionState.RETIRED)
    made.save(force_insert=True)
    old = locked.versions.exclude(state=VersionState.LIVE).filter(trained__isnull=False)
    (old if forgets else old.filter(number__lte=made.number - MODELS_KEPT)).update(trained=None)
    details = {"trait": locked.trait, "number": made.number, "state": made.state, "scores": made.scores}
    record(CLASSIFIER_TRAINED, about=made, details=details, now=at)
    return made


def _is_as_good(made: ClassifierVersion) -> bool:
    return all(made.scores[name] >= made.rival_scores.get(name, 0.0) for name in COMPARED)
