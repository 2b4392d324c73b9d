"""Two readings of a text, averaged: by its words, and by its vector. Scores without scikit-learn.

The average is taken of the logarithms, with a weight for each reading that was learned on held-out texts: with few
examples the vectors know more, with many the words catch up.

The confidence is calibrated on texts the model had not seen in training, never the raw score.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.lib.text.lexicon import Lexicon, Vocabulary
from portal.lib.text.storage import NotAModel, as_text, text_of
from portal.lib.text.weights import Floats

_LEAST = 1e-6


@dataclass(frozen=True)
class Linear:
    """Logistic regression: one column of weights per label."""

    weights: Floats
    bias: Floats

    def of_sparse(self, columns: np.ndarray, values: Floats) -> Floats:
        return softmax(values @ self.weights[columns] + self.bias)

    def of_dense(self, rows: Floats) -> Floats:
        return softmax(rows @ self.weights + self.bias)


@dataclass(frozen=True)
class Calibration:
    """From the raw score of the best label to how often such a label is right."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, score: np.ndarray) -> np.ndarray:
        bounded = np.clip(score, _LEAST, 1 - _LEAST)
        return 1 / (1 + np.exp(-np.clip(self.slope * np.log(bounded / (1 - bounded)) + self.shift, -30, 30)))


@dataclass(frozen=True)
class Blend:
    """A trained pair of readings. `dense` is missing in a model that was trained without vectors."""

    labels: tuple[str, ...]
    lexicon: Lexicon
    lexical: Linear
    dense: Linear | None
    weights: tuple[float, float]
    both: Calibration
    alone: Calibration

    def scores(self, texts: list[str], rows: Floats | None) -> Floats:
        """Raw shares of the labels, one row per text; without vectors by the words alone."""
        by_words = [self.lexical.of_sparse(*self.lexicon.features(text)) for text in texts]
        shares = np.stack(by_words) if by_words else np.zeros((0, len(self.labels)), dtype=np.float32)
        if rows is None or self.dense is None:
            return shares
        return averaged(shares, self.dense.of_dense(rows), self.weights)

    def confidences(self, shares: Floats, *, with_vectors: bool) -> Floats:
        """How often a label with such a share is right; every row keeps its order."""
        calibration = self.both if with_vectors and self.dense is not None else self.alone
        return calibration(shares)

    def head(self) -> dict[str, Any]:
        return {
            "labels": list(self.labels),
            "weights": list(self.weights),
            "both": [self.both.slope, self.both.shift],
            "alone": [self.alone.slope, self.alone.shift],
        }

    def arrays(self) -> dict[str, np.ndarray]:
        found = {
            "words": as_text("\n".join(self.lexicon.words.terms)),
            "words_rarity": self.lexicon.words.rarity,
            "parts": as_text("\n".join(self.lexicon.parts.terms)),
            "parts_rarity": self.lexicon.parts.rarity,
            "lexical": self.lexical.weights.astype(np.float16),
            "lexical_bias": self.lexical.bias,
        }
        if self.dense is not None:
            found |= {"dense": self.dense.weights.astype(np.float16), "dense_bias": self.dense.bias}
        return found


def restored(head: dict[str, Any], arrays: dict[str, np.ndarray]) -> Blend:
    """The blend that was stored. Raises NotAModel when its parts do not fit together."""
    try:
        labels = tuple(str(label) for label in head["labels"])
        words = _vocabulary(arrays["words"], arrays["words_rarity"])
        parts = _vocabulary(arrays["parts"], arrays["parts_rarity"])
        lexical = _linear(arrays["lexical"], arrays["lexical_bias"], len(labels))
        dense = _linear(arrays["dense"], arrays["dense_bias"], len(labels)) if "dense" in arrays else None
        first, second = map(float, head["weights"])
        both, alone = Calibration(*map(float, head["both"])), Calibration(*map(float, head["alone"]))
    except (KeyError, TypeError, ValueError) as error:
        raise NotAModel("The parts of the stored model do not fit together.") from error
    if lexical.weights.shape[0] != len(words.terms) + len(parts.terms):
        raise NotAModel("The parts of the stored model do not fit together.")
    return Blend(labels, Lexicon(words, parts), lexical, dense, (first, second), both, alone)


def averaged(lexical: Floats, dense: Floats, weights: tuple[float, float]) -> Floats:
    """Shares of both readings as one, each as strong as its weight says."""
    return softmax(weights[0] * np.log(lexical + _LEAST) + weights[1] * np.log(dense + _LEAST))


def softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    return (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)


def _vocabulary(terms: np.ndarray, rarity: np.ndarray) -> Vocabulary:
    written = text_of(terms)
    listed = tuple(written.split("\n")) if written else ()
    if rarity.shape != (len(listed),):
        raise ValueError("A term without its rarity.")
    return Vocabulary(listed, rarity.astype(np.float32))


def _linear(weights: np.ndarray, bias: np.ndarray, labels: int) -> Linear:
    if weights.ndim != 2 or weights.shape[1] != labels or bias.shape != (labels,):
        raise ValueError("Weights for other labels.")
    return Linear(weights.astype(np.float32), bias.astype(np.float32))
