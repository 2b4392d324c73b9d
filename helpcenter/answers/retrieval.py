"""Passages that may answer a question, of what the reader may see. Their scores are no confidence: see `confidence`.

By meaning: the mean of a question's likeness to the best passage of an article and to its title (either alone is
fooled more often). Without a model: by the words that question, title and passage share.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from helpcenter.answers.stems import share, stems
from helpcenter.models import Passage
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search import Asked, near
from helpcenter.search import find as search
from portal.lib.text.embedding import Embedder, Unusable, embedder, from_bytes
from portal.lib.text.weights import Floats

log = structlog.get_logger("portal.system")
LEXICAL = "words"  # the recipe of scores that were made without a model
MOST_CANDIDATES = 20
_MOST_TITLES_KEPT = 4096


@dataclass(frozen=True)
class Candidate:
    """The best passage of an article for a question. `score` ranks; it is made under `recipe`."""

    passage: int
    article: int
    score: float
    recipe: str


def retrieve(question: str, *, among: ArticleQuerySet, limit: int = MOST_CANDIDATES) -> list[Candidate]:
    """One candidate per article, best first. Without a model, or when it fails, words alone decide."""
    model = embedder()
    if model is not None:
        try:
            found = _by_meaning(question, model, among, limit)
        except Unusable as error:
            log.warning("answers.model_unusable", reason=str(error))
            found = []
        if found:
            return found
    return _by_words(question, among, limit)


def _by_meaning(question: str, model: Embedder, among: ArticleQuerySet, limit: int) -> list[Candidate]:
    rows = Passage.objects.filter(recipe=model.recipe, article__in=among.order_by().values("pk"))
    kept = list(rows.values_list("pk", "article_id", "vector"))
    if not kept:
        return []
    vector = model.encode([question])[0]
    likeness = from_bytes((row[2] for row in kept), model.dimensions) @ vector
    best: dict[int, tuple[float, int]] = {}
    for (passage, article, _bytes), score in zip(kept, likeness.tolist(), strict=True):
        best[article] = max(best.get(article, (-1.0, 0)), (score, passage))
    first = sorted(best.items(), key=lambda one: -one[1][0])[:limit]
    titles = dict(among.filter(pk__in=[article for article, _ in first]).order_by().values_list("pk", "title"))
    first = [one for one in first if one[0] in titles]
    by_title = title_vectors([titles[article] for article, _ in first], model) @ vector
    made = [
        Candidate(passage, article, (score + float(title)) / 2, model.recipe)
        for (article, (score, passage)), title in zip(first, by_title, strict=True)
    ]
    return sorted(made, key=lambda one: (-one.score, one.article))


_kept_titles: OrderedDict[tuple[str, str], Floats] = OrderedDict()


def title_vectors(titles: Sequence[str], model: Embedder) -> Floats:
    """Vectors of titles; those asked for lately are kept in the process."""
    missing = [title for title in dict.fromkeys(titles) if (model.recipe, title) not in _kept_titles]
    made = dict(zip(missing, model.encode(missing), strict=True)) if missing else {}
    found = [made[title] if title in made else _kept_titles[model.recipe, title] for title in titles]
    for title, vector in made.items():
        _kept_titles[model.recipe, title] = vector
    while len(_kept_titles) > _MOST_TITLES_KEPT:
        _kept_titles.popitem(last=False)
    return np.array(found, dtype=np.float32).reshape(len(titles), model.dimensions)


def _by_words(question: str, among: ArticleQuerySet, limit: int) -> list[Candidate]:
    """Which share of the question's words title and passage hold, and which share of the title's the question."""
    asked, typed = stems(question), Asked.of(question)
    hits = search(typed, among=among).hits or near(typed, among=among)
    found: dict[int, Candidate] = {}
    rows = Passage.objects.filter(article__in=[hit.pk for hit in hits]).order_by("article_id", "position")
    titles = {hit.pk: stems(hit.title) for hit in hits}
    for passage in rows:
        title, text = titles[passage.article_id], stems(f"{passage.title} {passage.text}")
        score = (share(asked, title) + share(title, asked) + share(asked, text | title)) / 3
        known = found.get(passage.article_id)
        if known is None or score > known.score:
            found[passage.article_id] = Candidate(passage.pk, passage.article_id, score, LEXICAL)
    return sorted(found.values(), key=lambda one: (-one.score, one.article))[:limit]
