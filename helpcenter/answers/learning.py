"""How a standing becomes a confidence, learned from our own articles without a question written by a person.

Titles and headings with some of their words left out stand for what readers ask. Each is asked twice: with its
article present (the right answer is known) and with it taken away (any answer is wrong). The threshold lets through
as few of the latter as `MOST_WRONG` says; the confidence is a logistic curve between the two.
"""

import importlib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import Count, Max, Sum

from helpcenter.answers.confidence import AROUND, BEHIND, CAREFUL, Measure
from helpcenter.answers.retrieval import Candidate
from helpcenter.models import Calibration, Passage
from helpcenter.querysets import ArticleQuerySet
from portal.lib.text.embedding import Embedder, embedder, from_bytes
from portal.lib.text.weights import Floats

MOST_WRONG = 0.055
_KEPT_WORDS, _FEWEST_WORDS = 0.6, 3
_MOST_QUESTIONS, _PER_TITLE = 1500, 2
_FEWEST_ARTICLES = 8
_DOUBT = 180  # so many questions are believed half; the careful threshold is the other half
_AT_ONCE = 128


def _library(module: str) -> Any:
    """A part of scikit-learn, which takes a second to import: only workers and measurements learn."""
    return importlib.import_module(f"sklearn.{module}")


@dataclass(frozen=True)
class Corpus:
    """The articles of a recipe: their numbers, titles, headings, and the vectors of titles and passages.

    Passages stand in the order of their articles; `starts` is where each begins.
    """

    articles: list[int]
    headings: list[list[str]]
    titles: Floats
    passages: Floats
    starts: list[int]

    def scores(self, vectors: Floats) -> Floats:
        """As `retrieval` makes them: for each vector (a row) and each article the mean of best passage and title."""
        likeness = np.maximum.reduceat(vectors @ self.passages.T, self.starts, axis=1)
        return (likeness + vectors @ self.titles.T) / 2


def learn(among: ArticleQuerySet, model: Embedder) -> tuple[Measure, dict[str, Any]] | None:
    """What these articles teach, and how it fared on them; None when they are too few."""
    corpus = corpus_of(among, model)
    if len(corpus.articles) < _FEWEST_ARTICLES:
        return None
    measure = replace(CAREFUL, **_usual(corpus))
    questions = list(_questions(corpus))
    present, right, absent = [], [], []
    for start in range(0, len(questions), _AT_ONCE):
        some = questions[start : start + _AT_ONCE]
        scores = corpus.scores(model.encode([text for _, text in some]))
        for (own, _text), row in zip(some, scores, strict=True):
            found = _ranked(corpus, row, model.recipe)
            present.append(measure.standing(found))
            right.append(found[0].article == corpus.articles[own])
            row[own] = -1.0
            absent.append(measure.standing(_ranked(corpus, row, model.recipe), away=[corpus.articles[own]]))
    return _fitted(measure, np.array(present), np.array(right), np.array(absent))


def fingerprint(model: Embedder) -> str:
    """Changes with the passages that have vectors of this model."""
    rows = Passage.objects.filter(recipe=model.recipe).exclude(vector=None)
    found = rows.aggregate(many=Count("pk"), newest=Max("pk"), all=Sum("pk"))
    return f"{found['many']}-{found['newest']}-{found['all']}"


def is_stale() -> bool:
    """Whether there is a model, and articles have changed since something was learned for it."""
    model = embedder()
    if model is None:
        return False
    kept = Calibration.objects.filter(recipe=model.recipe).values_list("measured", flat=True).first()
    return kept is None or kept.get("fingerprint") != fingerprint(model)


def corpus_of(among: ArticleQuerySet, model: Embedder) -> Corpus:
    """Everything that has vectors of the model's recipe."""
    rows = Passage.objects.filter(article__in=among.order_by().values("pk"), recipe=model.recipe)
    grouped: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
    for article, title, vector in rows.order_by("article_id", "position").values_list("article_id", "title", "vector"):
        grouped[article].append((title, bytes(vector or b"")))
    names = dict(among.order_by().values_list("pk", "title"))
    articles = [pk for pk in grouped if pk in names]
    lengths = [len(grouped[pk]) for pk in articles]
    return Corpus(
        articles,
        [list(dict.fromkeys([names[pk], *(title.split(" › ")[-1] for title, _ in grouped[pk])])) for pk in articles],
        model.encode([names[pk] for pk in articles]),
        from_bytes((vector for pk in articles for _, vector in grouped[pk]), model.dimensions),
        np.cumsum([0, *lengths])[:-1].tolist(),
    )


def _usual(corpus: Corpus) -> dict[str, Any]:
    """For each article its two nearest others, as its title finds them; what is usual of these, and behind them."""
    crowds, behind = {}, []
    for start in range(0, len(corpus.articles), _AT_ONCE):
        scores = corpus.scores(corpus.titles[start : start + _AT_ONCE])
        for own, row in enumerate(scores, start):
            row[own] = -1.0
            near = np.argsort(-row)[: 1 + BEHIND]
            crowds[corpus.articles[own]] = [(corpus.articles[one], round(float(row[one]), 4)) for one in near[:2]]
            behind.append(float(row[near[1:]].mean()))
    usual = float(np.mean([near[0][1] for near in crowds.values()]))
    return {"crowds": crowds, "usual_crowd": usual, "usual_behind": float(np.mean(behind))}


def _questions(corpus: Corpus) -> Iterator[tuple[int, str]]:
    """Titles and headings with words left out: the same ones each time."""
    chance = random.Random(4)  # noqa: S311  # nothing secret: which words are left out
    made = [
        (own, text)
        for own, headings in enumerate(corpus.headings)
        for heading in headings
        for text in _shortened(heading, chance)
    ]
    yield from chance.sample(made, _MOST_QUESTIONS) if len(made) > _MOST_QUESTIONS else made


def _shortened(heading: str, chance: random.Random) -> Iterator[str]:
    words = heading.split()
    if len(words) <= _FEWEST_WORDS:
        yield heading
        return
    for _ in range(_PER_TITLE):
        kept = [word for word in words if chance.random() < _KEPT_WORDS]
        if len(kept) >= _FEWEST_WORDS:
            yield " ".join(kept)


def _ranked(corpus: Corpus, row: Floats, recipe: str) -> list[Candidate]:
    best = np.argsort(-row)[: max(AROUND, 1 + BEHIND)]
    return [Candidate(0, corpus.articles[one], float(row[one]), recipe) for one in best if row[one] > -1.0]


def _fitted(measure: Measure, present: Floats, right: Floats, absent: Floats) -> tuple[Measure, dict[str, Any]]:
    """Never answers what is more likely wrong than right, and is careful as long as there was little to learn from."""
    standings = np.concatenate([present, absent])
    is_right = np.concatenate([right, np.zeros(len(absent), dtype=bool)])
    curve = _library("linear_model").LogisticRegression(C=100.0).fit(standings[:, None], is_right)
    slope = max(float(curve.coef_[0][0]), 1.0)
    middle = -float(curve.intercept_[0]) / slope
    learned = float(np.quantile(absent, 1 - MOST_WRONG))
    trust = len(absent) ** 2 / (len(absent) ** 2 + _DOUBT**2)
    threshold = max(middle, trust * learned + (1 - trust) * measure.threshold)
    measured = {
        "questions": len(present),
        "articles": len(measure.crowds),
        "answered": round(float((present > threshold).mean()), 3),
        "right": round(float(right[present > threshold].mean()), 3),
        "wrong_when_absent": round(float((absent > threshold).mean()), 3),
        "auroc": round(float(_library("metrics").roc_auc_score(is_right, standings)), 3),
    }
    return replace(measure, slope=slope, middle=middle, threshold=threshold), measured
