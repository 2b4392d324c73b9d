"""How well trained models do on a set that was kept apart: reads the sets, trains on one, asks the other."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from portal.lib.text.classifier import Classifier
from portal.lib.text.embedding import Embedder
from portal.lib.text.figures import auroc, best_threshold, coverage, figures, per_label
from portal.lib.text.sentiment import MOODS, Sentiment
from portal.lib.text.training import Examples, confidences_of_strangers, train_classifier, train_sentiment

_TEXT, _LABEL = {"text", "sentence"}, {"category", "label", "mood", "polarity", "sentiment", "intent"}
_TIMED = 300
SURE = (0.5, 0.7, 0.9)


class BadFile(Exception):
    """This file cannot be read as a set of labeled texts; the sentence says why."""


@dataclass
class Labeled:
    """Texts and their labels, in the file's order."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def where(self, wanted: Callable[[str], bool]) -> "Labeled":
        """Only the texts with such a label."""
        kept = [(text, label) for text, label in zip(self.texts, self.labels, strict=True) if wanted(label)]
        return Labeled([text for text, _ in kept], [label for _, label in kept])

    def first_of_each(self, count: int) -> "Labeled":
        """At most that many texts of each label, the first ones."""
        seen: Counter[str] = Counter()
        kept = Labeled()
        for text, label in zip(self.texts, self.labels, strict=True):
            seen[label] += 1
            if seen[label] <= count:
                kept.texts.append(text)
                kept.labels.append(label)
        return kept


def read_labeled(path: Path) -> Labeled:
    """A file with the header `text,category`, or lines `number;label;text` without a header. Raises BadFile."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            rows = [row for row in csv.reader(file, delimiter=_delimiter(first), strict=True) if any(row)]
    except OSError as error:
        raise BadFile(f"{path} cannot be opened: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path} is no CSV file in UTF-8: {error}") from error
    found = Labeled()
    for number, text, label in _columns(path, rows):
        if not label.strip():
            raise BadFile(f"{path}, row {number}: there is no label.")
        found.texts.append(text)
        found.labels.append(label.strip())
    if not found.texts:
        raise BadFile(f"{path} holds no labeled text.")
    return found


def _delimiter(first: str) -> str:
    """The one that makes sense of the first line."""
    for delimiter in ",;\t":
        if _places(next(csv.reader([first], delimiter=delimiter), [])) is not None:
            return delimiter
    return ","


def _places(head: list[str]) -> tuple[int, int, int] | None:
    """The columns of text and label, and the row at which the texts begin; None when the first row is neither."""
    names = [name.strip().lower() for name in head]
    text = next((place for place, name in enumerate(names) if name in _TEXT), None)
    label = next((place for place, name in enumerate(names) if name in _LABEL), None)
    if text is not None and label is not None:
        return text, label, 1
    return (2, 1, 0) if len(names) == 3 and names[1] in MOODS else None


def _columns(path: Path, rows: list[list[str]]) -> Iterator[tuple[int, str, str]]:
    places = _places(rows[0]) if rows else None
    if places is None:
        raise BadFile(f"{path} needs a header with the columns text and category.")
    text, label, start = places
    for number, row in enumerate(rows[start:], start + 1):
        if len(row) != len(rows[0]):
            raise BadFile(f"{path}, row {number}: {len(row)} columns instead of {len(rows[0])}.")
        yield number, row[text], row[label]


def evaluate_classifier(train: Labeled, test: Labeled, embedder: Embedder | None, outside: str = "") -> list[str]:
    """What there is to say, line by line. Texts labeled `outside` belong to no label: never learned, to be refused."""
    known, inside = train.where(lambda label: label != outside), test.where(lambda label: label != outside)
    started = time.perf_counter()
    model = train_classifier(known.texts, known.labels, embedder)
    spent = time.perf_counter() - started
    found = model.confidences(inside.texts)
    lines = [_trained(known, spent, embedder), *_figures(model, inside, found)]
    right = np.array(inside.labels) == np.array(model.labels)[found.argmax(axis=1)]
    for least in SURE:
        share, precision = coverage(found.max(axis=1), right, least)
        lines.append(f"at confidence {least}: coverage {share:.3f}  precision {precision:.3f}")
    if outside:
        strangers = [part.where(lambda label: label == outside).texts for part in (train, test)]
        lines += _refusal(model, known, strangers, (found.max(axis=1), right))
    return [*lines, _pace(model.suggest, inside.texts)]


def evaluate_sentiment(train: Labeled, test: Labeled, embedder: Embedder | None) -> list[str]:
    """What there is to say, line by line."""
    started = time.perf_counter()
    model = train_sentiment(train.texts, train.labels, embedder)
    spent = time.perf_counter() - started
    found = model.confidences(test.texts)
    lines = [_trained(train, spent, embedder), *_figures(model, test, found)]
    best = [model.labels[place] for place in found.argmax(axis=1)]
    for label, (precision, recall, f1) in per_label(test.labels, best).items():
        lines.append(f"{label}: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
    return [*lines, _pace(model.feel, test.texts)]


def _figures(model: Classifier | Sentiment, test: Labeled, found: np.ndarray) -> list[str]:
    told = figures(model.labels, test.labels, found)
    told |= {"cross-validated accuracy": model.about.scores["accuracy"]}
    return [f"{name.replace('_', ' ')} {value:.4f}" for name, value in told.items()]


def _refusal(
    model: Classifier, known: Labeled, strangers: Sequence[list[str]], inside: tuple[np.ndarray, np.ndarray]
) -> list[str]:
    """The threshold is chosen on the training part: by its texts that belong to no label or, if it has none, by
    texts of labels that were left out."""
    to_learn, to_ask = strangers
    if not to_ask:
        raise BadFile("The test file has no text with the label that belongs to nothing.")
    examples = Examples(known.texts, known.labels, model.rows_of(known.texts, model.embedder))
    near, right, strange = confidences_of_strangers(model, examples)
    least = best_threshold(near, right, model.confidences(to_learn).max(axis=1) if to_learn else strange)
    sure, is_right = inside
    refused = model.confidences(to_ask).max(axis=1)
    return [
        f"out of scope: AUROC {auroc(sure, refused):.4f}",
        f"at the chosen threshold {least:.3f}: in-scope accuracy {((sure >= least) & is_right).mean():.4f}  "
        f"out-of-scope recall {(refused < least).mean():.4f}",
    ]


def _trained(examples: Labeled, seconds: float, embedder: Embedder | None) -> str:
    read = f"vectors of {embedder.recipe}" if embedder else "words alone (no language model)"
    labels = len(set(examples.labels))
    return f"trained on {len(examples.texts)} texts with {labels} labels in {seconds:.1f} s, reading {read}"


def _pace(ask: Callable[[str], object], texts: list[str]) -> str:
    ask(texts[0])
    spent = []
    for text in texts[:_TIMED]:
        started = time.perf_counter()
        ask(text)
        spent.append((time.perf_counter() - started) * 1000)
    return f"ms per text: p50 {np.percentile(spent, 50):.1f}  p95 {np.percentile(spent, 95):.1f}"
