"""Categories of a text: the three likeliest of a closed set, each with how often such a suggestion is right.

Training is `portal.lib.text.training.train_classifier`, in workers only; this module scores and needs no scikit-learn.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import numpy as np

from portal.lib.text.storage import NotAModel
from portal.lib.text.text_model import About, TextModel

__all__ = ["About", "Classifier", "NotAModel", "Outcome", "Suggestion", "thresholds"]
_BEST = 3


@dataclass(frozen=True)
class Suggestion:
    """A label, and how often a label suggested with such a score is right, from 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Classifier(TextModel):
    """Suggests labels. Bytes in and out: `to_bytes`, `from_bytes(raw, embedder)`."""

    kind: ClassVar[str] = "classifier"

    def suggest(self, text: str) -> list[Suggestion]:
        """The three likeliest labels, best first; fewer when there are fewer. A text without a word has none."""
        return self.suggest_all([text])[0]

    def suggest_all(self, texts: Sequence[str]) -> list[list[Suggestion]]:
        """The same for many texts at once, which is quicker."""
        found = self.confidences(texts)
        return [self._best(row) if text.strip() else [] for text, row in zip(texts, found, strict=True)]

    def _best(self, row: np.ndarray) -> list[Suggestion]:
        places = np.argsort(-row, kind="stable")[:_BEST]
        return [Suggestion(self.labels[place], float(row[place])) for place in places]


@dataclass(frozen=True)
class Outcome:
    """What became of a suggestion: an agent kept the label, or chose another."""

    label: str
    confidence: float
    was_kept: bool


def thresholds(outcomes: Iterable[Outcome], *, window: int = 200, agreement: float = 0.97) -> dict[str, float | None]:
    """From which confidence on a label may be applied by itself, per label; None: it may not.

    It is the smallest threshold, in hundredths, at which agents agreed with at least that share of the last `window`
    suggestions at or above it. Fewer outcomes than that prove nothing. Outcomes come oldest first; asked again after
    each day, a label whose agreement has fallen loses its threshold by itself.
    """
    by_label: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_label[outcome.label].append(outcome)
    return {label: _threshold(found[::-1], window, agreement) for label, found in by_label.items()}


def _threshold(newest_first: list[Outcome], window: int, agreement: float) -> float | None:
    for step in range(101):
        least = step / 100
        last = list(islice((one.was_kept for one in newest_first if one.confidence >= least), window))
        if len(last) < window:
            return None  # a higher threshold has even fewer
        if sum(last) >= agreement * window:
            return least
    return None
