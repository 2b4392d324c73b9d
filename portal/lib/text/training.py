"""Learning a blend from examples, with scikit-learn: for workers and commands, never for a web process."""

import hashlib
import re
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from portal.lib.text.blend import Blend, Calibration, Linear, averaged
from portal.lib.text.classifier import Classifier
from portal.lib.text.embedding import Embedder
from portal.lib.text.figures import figures
from portal.lib.text.lexicon import READ, Lexicon, Vocabulary, parts, readable, words
from portal.lib.text.sentiment import Sentiment
from portal.lib.text.text_model import About, TextModel
from portal.lib.text.weights import Floats

FOLDS = 3
_MANY = 3000  # from here on a feature must occur in two texts


class TooLittle(Exception):
    """There is not enough to learn from; the sentence says what is missing."""


@dataclass(frozen=True)
class Strengths:
    """How freely each reading may follow its examples (the inverse of regularization)."""

    lexical: float = 10.0
    dense: float = 30.0


USUAL = Strengths()


@dataclass(frozen=True)
class Examples:
    """Texts, their labels, and, if there are any, their rows of numbers."""

    texts: list[str]
    labels: list[str]
    rows: Floats | None = None

    def at(self, places: np.ndarray) -> "Examples":
        rows = None if self.rows is None else self.rows[places]
        return Examples([self.texts[p] for p in places], [self.labels[p] for p in places], rows)

    def with_more(self, more: "Examples | None") -> "Examples":
        if more is None:
            return self
        rows = None if self.rows is None or more.rows is None else np.concatenate([self.rows, more.rows])
        return Examples(self.texts + more.texts, self.labels + more.labels, rows)

    def digest(self) -> str:
        """The same for the same examples in any order."""
        each = sorted(hashlib.sha256(f"{a}\0{b}".encode(errors="replace")).digest() for a, b in self.pairs())
        return hashlib.sha256(b"".join(each)).hexdigest()

    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.labels, self.texts, strict=True))


@dataclass(frozen=True)
class HeldOut:
    """What models said about texts they had not seen: shares by the words, and by the rows if there are any."""

    lexical: Floats
    dense: Floats | None


def learn(examples: Examples, hints: Examples | None = None, strengths: Strengths = USUAL) -> tuple[Blend, Floats]:
    """The blend, and the shares it gave to texts while they were held out, on which it is calibrated.

    Hints are learned from but never asked, as the labels' own names.
    Raises TooLittle unless two labels have two examples each."""
    names = tuple(sorted(set(examples.labels)))
    counts = [examples.labels.count(name) for name in names]
    if sum(count >= 2 for count in counts) < 2:
        raise TooLittle("At least two labels with two examples each are needed to learn from.")
    held_out = shares_of_unseen(examples, hints, names, strengths)
    right = np.array([names.index(label) for label in examples.labels])
    weights = _weights(held_out, right)
    both = held_out.lexical if held_out.dense is None else averaged(held_out.lexical, held_out.dense, weights)
    blend = fitted(examples.with_more(hints), names, strengths)
    calibrated = replace(
        blend, weights=weights, both=_calibration(both, right), alone=_calibration(held_out.lexical, right)
    )
    return calibrated, both


def rivals(examples: Examples, known: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
    """The scores of two models on the same texts, each text held out: one that learns from all of these examples, and
    one that learns from the `known` ones alone (a flag per example), as the model before it did."""
    names = tuple(sorted(set(examples.labels)))
    right = np.array([names.index(label) for label in examples.labels])
    measured = []
    for among in (np.ones(len(right), dtype=bool), known):
        held_out = shares_of_unseen(examples, None, names, among=among)
        both = held_out.lexical
        if held_out.dense is not None:
            both = averaged(held_out.lexical, held_out.dense, _weights(held_out, right))
        measured.append(figures(names, examples.labels, both))
    return measured[0], measured[1]


def shares_of_unseen(
    examples: Examples,
    hints: Examples | None,
    names: tuple[str, ...],
    strengths: Strengths = USUAL,
    *,
    among: np.ndarray | None = None,
) -> HeldOut:
    """Each fold is judged by a model of the other folds; `among` flags the examples that may be learned from."""
    may_learn = np.ones(len(examples.texts), dtype=bool) if among is None else among
    lexical = np.zeros((len(examples.texts), len(names)), dtype=np.float32)
    dense = np.zeros_like(lexical)
    fold = folds(examples.labels)
    for number in range(FOLDS):
        unseen, seen = np.flatnonzero(fold == number), np.flatnonzero((fold != number) & may_learn)
        model = fitted(examples.at(seen).with_more(hints), names, strengths)
        asked = examples.at(unseen)
        lexical[unseen] = model.scores(asked.texts, None)
        if model.dense is not None and asked.rows is not None:
            dense[unseen] = model.dense.of_dense(asked.rows)
    return HeldOut(lexical, None if examples.rows is None else dense)


def folds(labels: Sequence[str]) -> np.ndarray:
    """The number of each example's fold: labels spread evenly, the same for the same labels."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for label in labels:
        found.append((seen[label] + len(label)) % FOLDS)
        seen[label] += 1
    return np.array(found)


def fitted(examples: Examples, names: tuple[str, ...], strengths: Strengths) -> Blend:
    """Trained on all of these examples, and not calibrated."""
    lexicon, table = _lexicon(examples.texts)
    lexical = _regression(table, examples.labels, names, strengths.lexical)
    dense = None
    if examples.rows is not None:
        dense = _regression(examples.rows, examples.labels, names, strengths.dense)
    return Blend(names, lexicon, lexical, dense, (0.5, 0.5), Calibration(), Calibration())


def _lexicon(texts: list[str]) -> tuple[Lexicon, csr_matrix]:
    read = [readable(text) for text in texts]
    least = 2 if len(texts) >= _MANY else 1
    known, tables = [], []
    for analyzer in (words, parts):
        learner = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, min_df=least, dtype=np.float32)
        try:
            tables.append(learner.fit_transform(read))
            known.append(Vocabulary(tuple(learner.get_feature_names_out()), learner.idf_.astype(np.float32)))
        except ValueError:  # not one feature in all texts
            tables.append(csr_matrix((len(texts), 0), dtype=np.float32))
            known.append(Vocabulary((), np.zeros(0, dtype=np.float32)))
    return Lexicon(*known), csr_matrix(hstack(tables))


def _regression(table: csr_matrix | Floats, labels: list[str], names: tuple[str, ...], strength: float) -> Linear:
    """Weights in half precision, as they are stored; a label without an example here gets next to no share."""
    weights = np.zeros((table.shape[1], len(names)), dtype=np.float16)
    bias = np.full(len(names), -20.0, dtype=np.float32)
    present = sorted(set(labels))
    places = [names.index(name) for name in present]
    if len(present) == 1 or table.shape[1] == 0:
        bias[places] = 0.0
        return Linear(weights.astype(np.float32), bias)
    learner = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(table, labels)
    found, shift = learner.coef_, learner.intercept_
    if len(present) == 2:  # one row for the second label against the first
        found, shift = np.vstack([-found / 2, found / 2]), np.concatenate([-shift / 2, shift / 2])
    weights[:, places] = found.T
    bias[places] = shift
    return Linear(weights.astype(np.float32), bias)


def _weights(held_out: HeldOut, right: np.ndarray) -> tuple[float, float]:
    """How strong each reading must be so that their average surprises least."""
    if held_out.dense is None:
        return 0.5, 0.5
    dense, rows = held_out.dense, np.arange(len(right))

    def surprise(weights: np.ndarray) -> float:
        shares = averaged(held_out.lexical, dense, (weights[0], weights[1]))
        return float(-np.log(shares[rows, right] + 1e-9).mean() + 1e-4 * (weights**2).sum())

    limits = {"maxiter": 60, "xatol": 0.01, "fatol": 1e-4}
    found = minimize(surprise, (0.5, 0.5), method="Nelder-Mead", bounds=[(0.05, 4.0)] * 2, options=limits).x
    return float(found[0]), float(found[1])


def _calibration(shares: Floats, right: np.ndarray) -> Calibration:
    """A curve through how often the best label of a held-out text was right at each score."""
    best = shares.argmax(axis=1)
    hits = best == right
    scores = np.clip(shares[np.arange(len(best)), best], 1e-6, 1 - 1e-6)
    scores, hits = np.append(scores, [scores.min(), scores.max()]), np.append(hits, [False, True])  # never quite sure
    odds = np.log(scores / (1 - scores)).reshape(-1, 1)
    curve = LogisticRegression(C=1.0).fit(odds, hits)
    return Calibration(max(0.0, float(curve.coef_[0, 0])), float(curve.intercept_[0]))


def train_classifier(texts: list[str], labels: list[str], embedder: Embedder | None) -> Classifier:
    """A classifier of these labels; their names count as examples too. Raises TooLittle or Unusable."""
    examples = Examples(texts, labels, _vectors(Classifier, texts, embedder))
    names = sorted(set(labels))
    spoken = [re.sub(r"[\W_]+", " ", name) for name in names]
    blend, shares = learn(examples, Examples(spoken, names, _vectors(Classifier, spoken, embedder)))
    return Classifier(blend, _about(examples, blend, shares, embedder), embedder)


def train_sentiment(texts: list[str], moods: list[str], embedder: Embedder | None) -> Sentiment:
    """A model of moods. Raises TooLittle or Unusable."""
    examples = Examples(texts, moods, _vectors(Sentiment, texts, embedder))
    blend, shares = learn(examples)
    return Sentiment(blend, _about(examples, blend, shares, embedder), embedder)


def _vectors(kind: type[TextModel], texts: list[str], embedder: Embedder | None) -> Floats | None:
    return kind.rows_of([text[:READ] for text in texts], embedder)


def _about(examples: Examples, blend: Blend, shares: Floats, embedder: Embedder | None) -> About:
    scores = figures(blend.labels, examples.labels, shares)
    return About(examples.digest(), len(examples.texts), scores, embedder.recipe if embedder else "")


def confidences_of_strangers(model: TextModel, examples: Examples) -> tuple[Floats, np.ndarray, Floats]:
    """Held-out confidences of the best label, which of them are right, and those of texts whose label was left out of
    the training altogether: near misses, as they come once a set of labels has a gap."""
    names, fold = model.labels, folds(examples.labels)
    group = np.array([names.index(label) % FOLDS for label in examples.labels])
    inside, right, outside = [], [], []
    for number in range(FOLDS):
        seen = np.flatnonzero((fold != number) & (group != number))
        blend = replace(fitted(examples.at(seen), names, USUAL), weights=model.blend.weights)
        asked = examples.at(np.flatnonzero(fold == number))
        shares = model.blend.confidences(blend.scores(asked.texts, asked.rows), with_vectors=asked.rows is not None)
        is_inside = group[fold == number] != number
        best = np.array(names)[shares.argmax(axis=1)]
        inside.append(shares.max(axis=1)[is_inside])
        right.append((best == np.array(asked.labels))[is_inside])
        outside.append(shares.max(axis=1)[~is_inside])
    return np.concatenate(inside), np.concatenate(right), np.concatenate(outside)
