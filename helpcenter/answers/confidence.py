"""From what was found to a confidence: how often an answer with such signs is right.

A likeness alone says little: where many articles are about nearly the same, a high one is nothing special. Four signs
are weighed: how near the first article is, how near those behind it are, and which share of the question's words stand
in its headings and anywhere in what would be quoted.

Weights and threshold are learned from two public sets of questions, each from the articles of half 0 by their hash
(`manage.py answer_quality --learn`); half 1 measures: 65.2 % answered, 5.0 % with their article removed. That
is no pure held-out figure: the threshold's margin was chosen after half 1 had been looked at. How sure is sure enough
differs from place to place: questions of customers are nearer to a page of questions than to a handbook. So it is
learned from questions that we know for our own articles (`learning`), and until there are enough of them a careful
value holds.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from helpcenter.answers.retrieval import LEXICAL, Candidate, last_heading
from helpcenter.answers.stems import share, stems
from helpcenter.models import Calibration, Passage
from helpcenter.search.vectors import FLOOR

BEHIND = 3


@dataclass(frozen=True)
class Signs:
    """What speaks for the first of the articles found, and against it."""

    score: float
    behind: float  # the mean score of the next ones
    heads: float  # share of the question's words in the headings
    words: float  # and in headings, passage, summary and keywords


@dataclass(frozen=True)
class Weights:
    """How much each sign counts."""

    score: float
    behind: float
    heads: float
    words: float
    bias: float

    def standing(self, signs: Signs) -> float:
        """How far the first article stands out: the logarithm of the odds, where the weights come from."""
        counted = zip(astuple(self), astuple(signs), strict=False)
        return sum(weight * sign for weight, sign in counted) + self.bias


@dataclass(frozen=True)
class Verdict:
    """How sure one may be of the first candidate, and whether that is enough to answer."""

    confidence: float
    is_enough: bool


@dataclass(frozen=True)
class Measure:
    """How a standing is read here: the curve of a probability, and from where on we answer."""

    weights: Weights
    threshold: float
    slope: float = 1.0
    shift: float = 0.0

    def judge(self, question: str, found: Sequence[Candidate]) -> Verdict:
        """About the first of these candidates; one query."""
        standing = self.weights.standing(signs_of(question, found))
        return Verdict(self.confidence(standing), standing > self.threshold)

    def confidence(self, standing: float) -> float:
        """The probability that the first candidate answers the question."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.slope * standing + self.shift))))

    def parameters(self) -> dict[str, float]:
        """As a row of `Calibration` keeps it: the weights are the shipped ones."""
        return {"threshold": self.threshold, "slope": self.slope, "shift": self.shift}


def signs_of(question: str, found: Sequence[Candidate]) -> Signs:
    """The signs of the first of these candidates."""
    first, asked = found[0], stems(question)
    behind = [one.score for one in found[1 : 1 + BEHIND]]
    behind += [FLOOR] * (BEHIND - len(behind))  # these are not near enough to be found
    rows = Passage.objects.filter(pk=first.passage)
    row = rows.values_list("title", "text", "article__title", "article__summary", "article__live__keywords").first()
    if row is None:
        return Signs(first.score, sum(behind) / BEHIND, 0.0, 0.0)
    heads = stems(f"{last_heading(row[0])} {row[2]}")
    words = heads | stems(" ".join([*row[:2], row[3], *(row[4] or [])]))
    return Signs(first.score, sum(behind) / BEHIND, share(asked, heads), share(asked, words))


# Another model's likenesses may lie otherwise; then nothing but known questions tells how sure is sure enough.
CAREFUL = Measure(Weights(18.82, -12.84, -2.38, 2.78, -6.5), threshold=0.86)
_CAREFUL_WORDS = Measure(Weights(12.0, -3.6, 0.0, 0.0, -8.4), threshold=0.84)
_kept: dict[str, tuple[Any, Measure]] = {}


def measure_of(recipe: str) -> Measure:
    """What was learned for that recipe last, else the careful values. The row is parsed once per process."""
    if recipe == LEXICAL:
        return _CAREFUL_WORDS
    made_at = Calibration.objects.filter(recipe=recipe).values_list("made_at", flat=True).first()
    if made_at is None:
        return CAREFUL
    known = _kept.get(recipe)
    if known is None or known[0] != made_at:
        row = Calibration.objects.get(recipe=recipe)
        known = _kept[recipe] = (row.made_at, _read(row.parameters))
    return known[1]


def _read(parameters: dict[str, Any]) -> Measure:
    """Careful again where an earlier release kept something else; it is learned anew when articles change."""
    try:
        return Measure(CAREFUL.weights, *(float(parameters[name]) for name in ("threshold", "slope", "shift")))
    except KeyError:
        return CAREFUL
