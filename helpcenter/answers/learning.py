"""How sure is sure enough here, learned from questions that we know the articles for (`questions.tsv`).

Each is asked twice, of what everybody may read: with its articles present (the right answer is known) and with them
taken away (any answer is wrong); questions that nothing answers are asked once. The threshold is the lowest at which
wrong answers are at most `MOST_WRONG` of all that was asked. The weights are not touched.

The measurement of the shipped articles asks other questions (`tests/helpcenter/answers/natural.tsv`), so that it
tells how questions fare that nothing was learned from. Questions about articles that are gone teach nothing.
"""

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import Count, Max, Sum

from helpcenter.answers.confidence import CAREFUL, Measure, Signs, signs_of
from helpcenter.answers.retrieval import by_meaning
from helpcenter.models import Calibration, Passage
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.quality import Judged
from helpcenter.search.vectors import Matrix
from portal.lib.text.embedding import Embedder, embedder
from portal.lib.text.weights import Floats

MOST_WRONG = 0.05
NOTHING = "-"  # in a file of questions: no article answers it
_FEWEST_QUESTIONS = 30
_KNOWN = Path(__file__).with_name("questions.tsv")


@dataclass(frozen=True)
class Seen:
    """A question as it was asked once: the signs, whether the first article was right, whether any could be."""

    question: Judged
    signs: Signs
    is_right: bool
    is_answerable: bool


def _library(module: str) -> Any:
    """A part of scikit-learn, which takes a second to import: only workers and measurements learn."""
    return importlib.import_module(f"sklearn.{module}")


@cache
def known_questions() -> tuple[Judged, ...]:
    """Questions of customers about the shipped articles, and some that nothing answers."""
    rows = [line.split("\t") for line in _KNOWN.read_text(encoding="utf-8").splitlines()]
    return tuple(Judged(text, frozenset(slugs.split()) - {NOTHING}) for text, slugs in rows)


def learn(among: ArticleQuerySet, model: Embedder) -> tuple[Measure, dict[str, Any]] | None:
    """What the known questions teach about these articles, and how it fared on them; None when they are too few."""
    questions = _questions_for(among)
    if not questions:
        return None
    return _fitted(list(see(questions, among, model)), questions)


def see(questions: Iterable[Judged], among: ArticleQuerySet, model: Embedder) -> Iterator[Seen]:
    """Asks each question with its articles present, then with them taken away. One that finds nothing near is not
    seen: it was asked all the same, and got no wrong answer."""
    matrix = Matrix.empty(model.recipe, model.dimensions).renewed()
    names = dict(among.order_by().values_list("pk", "slug"))
    for one in questions:
        scan = matrix.scan(model.encode([one.query])[0])
        for is_answerable, left in ((True, among), (False, among.exclude(slug__in=one.slugs))):
            if is_answerable and not one.slugs:
                continue
            found = by_meaning(one.query, model, scan, among=left)
            if found:
                is_right = is_answerable and names[found[0].article] in one.slugs
                yield Seen(one, signs_of(one.query, found), is_right, is_answerable)


def fingerprint(model: Embedder) -> str:
    """Changes with the passages that have vectors of this model."""
    rows = Passage.objects.filter(recipe=model.recipe).exclude(vector=None)
    found = rows.aggregate(many=Count("pk"), newest=Max("pk"), all=Sum("pk"))
    return f"{found['many']}-{found['newest']}-{found['all']}"


def is_stale(among: ArticleQuerySet) -> bool:
    """Whether there is a model, and these articles have changed since something was learned for it."""
    model = embedder()
    if model is None:
        return False
    kept = Calibration.objects.filter(recipe=model.recipe).values_list("measured", flat=True).first()
    if kept is None:
        return bool(_questions_for(among))
    return kept.get("fingerprint") != fingerprint(model)


def _questions_for(among: ArticleQuerySet) -> list[Judged]:
    """The known questions whose articles are all there; none when they are too few to learn from."""
    wanted = frozenset[str]().union(*(one.slugs for one in known_questions()))
    present = set(among.filter(slug__in=wanted).order_by().values_list("slug", flat=True))
    found = [one for one in known_questions() if one.slugs <= present]
    return found if sum(bool(one.slugs) for one in found) >= _FEWEST_QUESTIONS else []


def _threshold(found: Floats, is_right: np.ndarray, asked: int) -> float:
    """The lowest standing above which wrong answers are no more of all that was asked than allowed."""
    ordered = np.argsort(-found, kind="stable")
    wrong = np.cumsum(~is_right[ordered]) / asked
    allowed = int(np.searchsorted(wrong, MOST_WRONG, side="right"))
    return float(found[ordered][min(allowed, len(found) - 1)])


def standings(seen: Iterable[Seen], measure: Measure = CAREFUL) -> Floats:
    return np.array([measure.weights.standing(one.signs) for one in seen], dtype=np.float32)


def _fitted(seen: list[Seen], questions: list[Judged]) -> tuple[Measure, dict[str, Any]] | None:
    found, asked = standings(seen), sum(2 if one.slugs else 1 for one in questions)
    is_right = np.array([one.is_right for one in seen])
    is_answerable = np.array([one.is_answerable for one in seen])
    if is_right.all() or not is_right.any():
        return None
    curve = _library("linear_model").LogisticRegression(C=1.0).fit(found[:, None], is_right)
    slope, shift = max(float(curve.coef_[0][0]), 0.1), float(curve.intercept_[0])
    threshold = _threshold(found, is_right, asked)
    is_given = found > threshold
    answerable = sum(bool(one.slugs) for one in questions)
    measured = {
        "questions": answerable,
        "answered": round(float(is_given[is_answerable].sum()) / answerable, 3),
        "right": round(float(is_right[is_given & is_answerable].mean()), 3),
        "wrong": round(float((is_given & ~is_right).sum()) / asked, 3),
        "auroc": round(float(_library("metrics").roc_auc_score(is_right, found)), 3),
    }
    return replace(CAREFUL, threshold=threshold, slope=slope, shift=shift), measured
