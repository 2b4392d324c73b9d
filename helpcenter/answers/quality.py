"""How often answers are right, and how often a question that nothing answers gets one all the same."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from helpcenter.answers.confidence import Weights, measure_of
from helpcenter.answers.learning import Seen
from helpcenter.answers.retrieval import retrieve
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.quality import Judged
from portal.lib.text.weights import Floats

_MOST_WRONG = 0.025  # half of what is allowed: articles come in clusters, and other ones may have more near misses


@dataclass
class Fared:
    """Counts over questions asked with their article present, then with it taken away; and over those without one."""

    questions: int = 0
    answered: int = 0
    right: int = 0
    wrong_when_absent: int = 0
    unanswerable: int = 0
    wrong_when_unanswerable: int = 0
    present: list[float] = field(default_factory=list)
    absent: list[float] = field(default_factory=list)

    @property
    def auroc(self) -> float:
        kinds = [1] * len(self.present) + [0] * len(self.absent)
        return float(roc_auc_score(kinds, self.present + self.absent)) if len(set(kinds)) > 1 else float("nan")

    def lines(self) -> list[str]:
        every, given, nothing = max(self.questions, 1), max(self.answered, 1), self.unanswerable
        wrong = self.answered - self.right + self.wrong_when_absent + self.wrong_when_unanswerable
        unanswerable = [f"that no article answers, answered    {self.wrong_when_unanswerable:6} of {nothing}"]
        return [
            f"answerable questions answered       {self.answered / every:7.2%}  ({self.answered} of {self.questions})",
            f"  of these right                    {self.right / given:7.2%}",
            f"with the article removed, answered  {self.wrong_when_absent / every:7.2%}",
            *(unanswerable if nothing else []),
            f"wrong answers among all asked       {wrong / max(2 * self.questions + nothing, 1):7.2%}",
            f"AUROC of the confidence             {self.auroc:7.3f}",
        ]


def fare(judged: Iterable[Judged], *, among: ArticleQuerySet) -> Fared:
    """Asks every question twice: of all articles, then of all but those that answer it."""
    fared = Fared()
    for one in judged:
        if one.slugs:
            article, confidence, is_given = _asked(one.query, among)
            fared.questions += 1
            fared.present.append(confidence)
            fared.answered += is_given
            fared.right += is_given and among.filter(pk=article, slug__in=one.slugs).exists()
        _article, confidence, is_given = _asked(one.query, among.exclude(slug__in=one.slugs))
        fared.absent.append(confidence)
        fared.wrong_when_absent += is_given and bool(one.slugs)
        fared.unanswerable += not one.slugs
        fared.wrong_when_unanswerable += is_given and not one.slugs
    return fared


def _asked(question: str, among: ArticleQuerySet) -> tuple[int, float, bool]:
    """The article it would quote first, how sure it is, and whether it would answer."""
    found = retrieve(question, among=among)
    if not found:
        return 0, 0.0, False
    verdict = measure_of(found[0].recipe).judge(question, found)
    return found[0].article, verdict.confidence, verdict.is_enough


def half_of(one: Judged) -> int:
    """0 or 1, by the hash of the article: all questions about it are in the same half."""
    named = min(one.slugs, default=one.query)
    return hashlib.sha256(named.encode()).digest()[-1] % 2


@dataclass(frozen=True)
class Learned:
    """Weights and threshold from some questions."""

    weights: Weights
    threshold: float

    @classmethod
    def of(cls, sets: Sequence[Sequence[Seen]]) -> "Learned":
        """Every set counts the same, however large it is; the threshold is that of the first."""
        share = np.concatenate([np.full(len(one), 1 / len(one)) for one in sets])
        every = [seen for one in sets for seen in one]
        curve = LogisticRegression(C=10.0, max_iter=3000)
        curve.fit(_rows(every), [seen.is_right for seen in every], sample_weight=share / share.mean())
        weights = Weights(*(round(float(one), 2) for one in (*curve.coef_[0], curve.intercept_[0])))
        absent = [weights.standing(seen.signs) for seen in sets[0] if not seen.is_answerable]
        return cls(weights, round(float(np.quantile(absent, 1 - _MOST_WRONG)), 2))

    def line(self, seen: Sequence[Seen]) -> str:
        """How it fares on these."""
        is_given = np.array([self.weights.standing(one.signs) > self.threshold for one in seen])
        is_right = np.array([one.is_right for one in seen])
        present = np.array([one.is_answerable for one in seen])
        right = float(is_right[is_given & present].mean()) if (is_given & present).any() else float("nan")
        return (
            f"answered {is_given[present].mean():.2%}, of these right {right:.2%}, "
            f"with the article removed {is_given[~present].mean():.2%}"
        )


def held_out(sets: Sequence[Sequence[Seen]]) -> list[str]:
    """Learns on each half of the articles and tells how that fares on the other one, and what half 0 taught."""
    lines = []
    for half in (0, 1):
        learned = Learned.of([[one for one in seen if half_of(one.question) == half] for seen in sets])
        lines.append(f"learned on half {half}: {learned}")
        for number, seen in enumerate(sets, start=1):
            others = [one for one in seen if half_of(one.question) != half]
            lines.append(f"  set {number}, the other half: {learned.line(others)}")
    return lines


def _rows(seen: Sequence[Seen]) -> Floats:
    return np.array([astuple(one.signs) for one in seen], dtype=np.float32)
