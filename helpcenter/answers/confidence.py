"""From scores to a confidence: how often an answer of this kind is right, learned from our own articles.

A score alone says little: where many articles are about nearly the same, a high one is nothing special. So it is
compared with its surroundings (`standing`), and the comparison is turned into a probability by what `calibration`
learned for this recipe. Before that has happened, careful values hold.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from helpcenter.answers.retrieval import LEXICAL, Candidate
from helpcenter.models import Calibration
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.vectors import FLOOR

AROUND, BEHIND = 10, 3
_WEIGHT_OF_CROWD, _WEIGHT_OF_BEHIND = 0.5, 0.3
Neighbors = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Verdict:
    """How sure one may be of the first candidate, and whether that is enough to answer."""

    confidence: float
    is_enough: bool


@dataclass(frozen=True)
class Measure:
    """What was learned for a recipe. `crowds`: for each article its two nearest others, as its title finds them."""

    slope: float
    middle: float
    threshold: float
    usual_crowd: float
    usual_behind: float
    crowds: Mapping[int, Neighbors] = field(default_factory=dict)

    def judge(self, found: Sequence[Candidate], *, among: ArticleQuerySet) -> "Verdict":
        """About the first of these candidates, all from `among`; one query."""
        crowd = {other for one in found[:AROUND] for other, _score in self.crowds.get(one.article, ())}
        standing = self.standing(found, away=crowd.difference(among.filter(pk__in=crowd).values_list("pk", flat=True)))
        return Verdict(self.confidence(standing), standing > self.threshold)

    def standing(self, found: Sequence[Candidate], *, away: Collection[int] = ()) -> float:
        """How far the first candidate stands out: its score, less what is usual around it and of those behind it.

        Articles that are not there for this reader (`away`) crowd nobody.
        """
        around = [self._crowd(one.article, away) for one in found[:AROUND]]
        behind = [one.score for one in found[1 : 1 + BEHIND]]
        behind += [min(self.usual_behind, FLOOR)] * (BEHIND - len(behind))  # these are not near enough to be found
        return found[0].score - _WEIGHT_OF_CROWD * fmean(around) - _WEIGHT_OF_BEHIND * fmean(behind)

    def confidence(self, standing: float) -> float:
        """The probability that the first candidate answers the question."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.slope * (standing - self.middle)))))

    def parameters(self) -> dict[str, Any]:
        """As a row of `Calibration` keeps it."""
        plain = {name: getattr(self, name) for name in _NUMBERS}
        return {**plain, "crowds": {str(pk): [list(one) for one in near] for pk, near in self.crowds.items()}}

    def _crowd(self, article: int, away: Collection[int]) -> float:
        """How near the nearest other article is."""
        near = (score for other, score in self.crowds.get(article, ()) if other not in away)
        return next(near, self.usual_crowd)


_NUMBERS = ("slope", "middle", "threshold", "usual_crowd", "usual_behind")
# Before anything was learned: careful, from a corpus of mixed articles. Another model's scores may lie otherwise.
CAREFUL = Measure(slope=20.0, middle=0.27, threshold=0.33, usual_crowd=0.5, usual_behind=0.35)
_CAREFUL_WORDS = Measure(slope=12.0, middle=0.55, threshold=0.62, usual_crowd=0.3, usual_behind=0.3)
_kept: dict[str, tuple[Any, Measure]] = {}


def measure_of(recipe: str) -> Measure:
    """What was learned for that recipe last, else the careful values. The row is parsed once per process."""
    made_at = Calibration.objects.filter(recipe=recipe).values_list("made_at", flat=True).first()
    if made_at is None:
        return _CAREFUL_WORDS if recipe == LEXICAL else CAREFUL
    known = _kept.get(recipe)
    if known is None or known[0] != made_at:
        row = Calibration.objects.get(recipe=recipe)
        known = _kept[recipe] = (row.made_at, _read(row.parameters))
    return known[1]


def _read(parameters: dict[str, Any]) -> Measure:
    kept = parameters["crowds"].items()
    crowds = {int(pk): [(int(other), float(score)) for other, score in near] for pk, near in kept}
    return Measure(**{name: float(parameters[name]) for name in _NUMBERS}, crowds=crowds)
