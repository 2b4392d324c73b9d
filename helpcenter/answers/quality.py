"""How often answers are right, and how often a question that nothing answers gets one all the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sklearn.metrics import roc_auc_score

from helpcenter.answers.confidence import measure_of
from helpcenter.answers.retrieval import retrieve
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.quality import Judged


@dataclass
class Fared:
    """Counts over questions asked with their article present, then with it taken away."""

    questions: int = 0
    answered: int = 0
    right: int = 0
    wrong_when_absent: int = 0
    present: list[float] = field(default_factory=list)
    absent: list[float] = field(default_factory=list)

    @property
    def auroc(self) -> float:
        kinds = [1] * len(self.present) + [0] * len(self.absent)
        return float(roc_auc_score(kinds, self.present + self.absent)) if len(set(kinds)) > 1 else float("nan")

    def lines(self) -> list[str]:
        every, given = max(self.questions, 1), max(self.answered, 1)
        wrong = self.answered - self.right + self.wrong_when_absent
        return [
            f"answerable questions answered       {self.answered / every:7.2%}  ({self.answered} of {self.questions})",
            f"  of these right                    {self.right / given:7.2%}",
            f"unanswerable that got an answer     {self.wrong_when_absent / every:7.2%}",
            f"wrong answers among all asked       {wrong / (2 * every):7.2%}",
            f"AUROC of the confidence             {self.auroc:7.3f}",
        ]


def fare(judged: Iterable[Judged], *, among: ArticleQuerySet) -> Fared:
    """Asks every question twice: of all articles, then of all but those that answer it."""
    fared = Fared()
    for one in judged:
        article, confidence, is_given = _asked(one.query, among)
        fared.questions += 1
        fared.present.append(confidence)
        fared.answered += is_given
        fared.right += is_given and among.filter(pk=article, slug__in=one.slugs).exists()
        _article, confidence, is_given = _asked(one.query, among.exclude(slug__in=one.slugs))
        fared.absent.append(confidence)
        fared.wrong_when_absent += is_given
    return fared


def _asked(question: str, among: ArticleQuerySet) -> tuple[int, float, bool]:
    """The article it would quote first, how sure it is, and whether it would answer."""
    found = retrieve(question, among=among)
    if not found:
        return 0, 0.0, False
    verdict = measure_of(found[0].recipe).judge(found, among=among)
    return found[0].article, verdict.confidence, verdict.is_enough
