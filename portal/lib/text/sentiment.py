"""The mood of a text: negative, neutral or positive. Made to sort what is read first, not to judge people.

A text that is about something bad ("my card was declined") is not a text in a bad mood; the start set says so.
Training is `portal.lib.text.training.train_sentiment`.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from portal.lib.text.embedding import Embedder
from portal.lib.text.text_model import TextModel
from portal.lib.text.weights import Floats

MOODS = ("negative", "neutral", "positive")
_START = Path(__file__).with_name("sentiment_start.csv")


@dataclass(frozen=True)
class Mood:
    """The likeliest mood, how often such an answer is right, and a score from -1 (negative) to 1 for sorting."""

    label: str
    confidence: float
    score: float


@dataclass(frozen=True)
class Sentiment(TextModel):
    """Feels moods. Bytes in and out: `to_bytes`, `from_bytes(raw, embedder)`."""

    kind: ClassVar[str] = "sentiment"

    def feel(self, text: str) -> Mood:
        """The mood of one text; one without a word is neutral."""
        return self.feel_all([text])[0]

    def feel_all(self, texts: Sequence[str]) -> list[Mood]:
        """The same for many texts at once."""
        rows = self.confidences(texts)
        return [
            self._mood(row) if text.strip() else Mood("neutral", 1.0, 0.0)
            for text, row in zip(texts, rows, strict=True)
        ]

    def _mood(self, row: np.ndarray) -> Mood:
        share = dict(zip(self.labels, row / row.sum(), strict=True))
        best = int(row.argmax())
        return Mood(self.labels[best], float(row[best]), float(share.get("positive", 0.0) - share.get("negative", 0.0)))

    @classmethod
    def rows_of(cls, texts: Sequence[str], embedder: Embedder | None) -> Floats:
        """Four scores of a list of words with moods, behind the vectors if there are any."""
        listed = np.array([_listed(text) for text in texts], dtype=np.float32).reshape(len(texts), 4)
        return listed if embedder is None else np.concatenate([embedder.encode(texts), listed], axis=1)


def start_set() -> tuple[list[str], list[str]]:
    """Texts and moods that a new portal learns from until agents have labeled its own."""
    with _START.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["mood"] for row in rows]


@cache
def _lists() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def _listed(text: str) -> list[float]:
    found = _lists().polarity_scores(text)
    return [found["neg"], found["neu"], found["pos"], found["compound"]]
