"""Reading a ticket: three suggestions per trait with their reasons. In workers only; a request never waits for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from portal.events.models import Event
from portal.lib.clock import moment
from portal.lib.text.classifier import Classifier as LabelModel
from portal.lib.text.embedding import embedder
from portal.lib.text.reasons import telling_words
from portal.lib.text.sentiment import Sentiment
from portal.lib.text.storage import NotAModel
from portal.lib.text.text_model import TextModel
from tickets.actions import changes
from tickets.actions.categories import change_category
from tickets.events import TICKET_CLASSIFIED, TICKET_FILED
from tickets.models import Category, ClassifierVersion, Message, Suggestion, Ticket
from tickets.states import ACTIVE, MessageKind, TicketState
from tickets.states.classifying import Trait

BEST = 3


@dataclass(frozen=True)
class Judgment:
    """What one live version says about a text."""

    version: ClassifierVersion
    options: list[dict[str, Any]]


def classify(*, ticket: Ticket, arrived_with: Mapping[str, str], now: datetime | None = None) -> list[Suggestion]:
    """Suggests what is not suggested yet, and applies what agents have agreed with often enough where nobody chose.

    `arrived_with` are the values that the ticket was filed with, by trait. Again: nothing is done again. The models
    are asked before anything is locked.
    """
    at = moment(now)
    judgments = _judgments(ticket, texts_of([ticket])[ticket.pk])
    if not judgments:
        return []
    with transaction.atomic():
        locked = changes.lock(ticket=ticket)
        made = [kept for one in judgments if (kept := _keep(locked, one, arrived_with, at))]
        if made:
            locked.save(update_fields=["version"])
            details = {"suggested": {one.trait: one.label for one in made}}
            changes.tell(event=TICKET_CLASSIFIED, ticket=locked, by=None, at=at, details=details)
        for one in made:
            _apply(one, locked, at)
    return made


def classify_missing(*, most: int = 200, now: datetime | None = None) -> int:
    """Reads the newest active tickets for which something was not suggested, as those before the first training of a
    trait; answers how many."""
    at, unread = moment(now), Q(pk__in=[])
    for trait in ClassifierVersion.objects.live().values_list("classifier__trait", flat=True):
        unread |= ~Q(Exists(Suggestion.objects.filter(ticket=OuterRef("pk"), trait=trait)))
    found = list(Ticket.objects.filter(unread, state__in=ACTIVE).order_by("-filed_at")[:most])
    for ticket in found:
        filed = Event.objects.about(ticket).named(TICKET_FILED.name).values_list("details", flat=True).first()
        classify(ticket=ticket, arrived_with=filed or {}, now=at)
    return len(found)


def texts_of(tickets: Iterable[Ticket]) -> dict[int, str]:
    """What is read of each ticket, by id: the subject, and what the customer wrote there first. One query."""
    found = list(tickets)
    written = Message.objects.filter(ticket__in=found, kind=MessageKind.REPLY, is_from_staff=False, merged_from=None)
    first = written.order_by("ticket", "created_at", "pk").distinct("ticket").values_list("ticket", "body")
    bodies = dict(first)
    return {one.pk: f"{one.subject}\n\n{bodies.get(one.pk, '')}".strip() for one in found}


def kind_of(trait: str) -> type[TextModel]:
    return Sentiment if trait == Trait.SENTIMENT else LabelModel


def _judgments(ticket: Ticket, text: str) -> list[Judgment]:
    there = set(ticket.suggestions.values_list("trait", flat=True))
    live = ClassifierVersion.objects.live().filter(classifier__is_active=True).exclude(classifier__trait__in=there)
    found = list(live.select_related("classifier").told().order_by("classifier"))
    return [Judgment(one, _options(one, text)) for one in found] if text else []


def _options(version: ClassifierVersion, text: str) -> list[dict[str, Any]]:
    model = _loaded(version.pk, embedder() is not None)
    row = model.confidences([text])[0]
    places = np.argsort(-row, kind="stable")[:BEST]
    labels = [(model.labels[place], float(row[place])) for place in places]
    return [
        {"label": label, "confidence": round(share, 4), "words": telling_words(model.blend, text, label)}
        for label, share in labels
    ]


@lru_cache(maxsize=8)
def _loaded(version: int, reads_vectors: bool) -> TextModel:
    """A version's model, read once per process. Without the vectors that it was trained on it judges by the words."""
    row = ClassifierVersion.objects.select_related("classifier").get(pk=version)
    kind, raw = kind_of(row.classifier.trait), bytes(row.trained or b"")
    try:
        return kind.from_bytes(raw, embedder() if reads_vectors else None)
    except NotAModel:
        return kind.from_bytes(raw, None)


def _keep(ticket: Ticket, judgment: Judgment, arrived_with: Mapping[str, str], at: datetime) -> Suggestion | None:
    """The row, unless somebody else made it meanwhile."""
    best, trait = judgment.options[0], judgment.version.classifier.trait
    made, is_new = Suggestion.objects.get_or_create(
        ticket=ticket,
        trait=trait,
        defaults={
            "version": judgment.version,
            "options": judgment.options,
            "label": best["label"],
            "confidence": best["confidence"],
            "arrived_with": str(arrived_with.get(trait, ""))[:50],
            "made_at": at,
        },
    )
    return made if is_new else None


def _apply(suggestion: Suggestion, ticket: Ticket, at: datetime) -> None:
    """Compare and set: only what agents earned it the right to, only where nobody chose, then or since."""
    assert suggestion.version is not None  # noqa: S101  # just made
    classifier = suggestion.version.classifier
    if not classifier.applies or suggestion.arrived_with or suggestion.is_decided:
        return
    least = Suggestion.objects.threshold(classifier, suggestion.label)
    if least is None or suggestion.confidence < least:
        return
    if suggestion.trait == Trait.CATEGORY and not _set_category(ticket, suggestion.label, at):
        return
    suggestion.applied_at = at
    suggestion.save(update_fields=["applied_at"])


def _set_category(ticket: Ticket, slug: str, at: datetime) -> bool:
    category = Category.objects.filter(slug=slug).first()
    if category is None or ticket.category_id is not None or ticket.state == TicketState.CLOSED:
        return False
    change_category(ticket=ticket, category=category, by=None, now=at)
    return True
