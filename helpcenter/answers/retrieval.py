"""Passages that may answer a question, of what the reader may see. Their scores are no confidence: see `confidence`.

By meaning: the mean of a question's likeness to the best passage of an article and to what stands above it, the title
or the passage's own heading (text or heading alone are fooled more often). Without a model: by the words that question,
title and passage share.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from helpcenter.answers.stems import share, stems
from helpcenter.models import Passage
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search import Asked, near, semantic
from helpcenter.search import find as search
from helpcenter.search.vectors import Scan
from portal.lib.text.embedding import Embedder, Unusable, embedder
from portal.lib.text.weights import Floats

log = structlog.get_logger("portal.system")
LEXICAL = "words"  # the recipe of scores that were made without a model
MOST_CANDIDATES = 20
PATIENCE_S = 1.0  # who asks would rather wait on a busy machine than read that nobody knows
_MOST_TITLES_KEPT = 4096
_ENCODED_AT_ONCE = 4  # a model behind an address answers few texts quickly
_LOOKED_AT = (100, 1000, 100_000)


@dataclass(frozen=True)
class Candidate:
    """The best passage of an article for a question. `score` ranks; it is made under `recipe`."""

    passage: int
    article: int
    score: float
    recipe: str


def retrieve(question: str, *, among: ArticleQuerySet, limit: int = MOST_CANDIDATES) -> list[Candidate]:
    """One candidate per article, best first. Without a model, or when it fails or is late, words alone decide."""
    model, scan = embedder(), semantic.meant(question, patience_s=PATIENCE_S)
    if model is not None and scan is not None:
        try:
            found = by_meaning(question, model, scan, among=among, limit=limit)
        except Unusable as error:
            log.warning("answers.model_unusable", reason=str(error))
            found = []
        if found:
            return found
    return _by_words(question, among, limit)


def by_meaning(
    question: str, model: Embedder, scan: Scan, *, among: ArticleQuerySet, limit: int = MOST_CANDIDATES
) -> list[Candidate]:
    """The nearest articles of these, one candidate each, best first. Raises Unusable when the model fails."""
    titles = _readable(scan, among, limit)
    passages = {article: scan.passage(article) for article in titles}
    above = dict(Passage.objects.filter(pk__in=passages.values()).values_list("pk", "title"))
    headings = [last_heading(above.get(passage, "")) for passage in passages.values()]
    likeness = title_vectors([*titles.values(), *headings], model) @ semantic.vector_of(question, model)
    heads = likeness.reshape(2, len(titles)).max(axis=0)
    made = [
        Candidate(passage, article, (scan.cosine(article) + float(head)) / 2, model.recipe)
        for (article, passage), head in zip(passages.items(), heads, strict=True)
    ]
    return sorted(made, key=lambda one: (-one.score, one.article))


def last_heading(title: str) -> str:
    """The heading that a passage stands directly under."""
    return title.rpartition(" › ")[2]


def _readable(scan: Scan, among: ArticleQuerySet, limit: int) -> dict[int, str]:
    """The nearest articles that the reader may see, with their titles. Most of the nearest hidden: ask further."""
    for most in _LOOKED_AT:
        nearest = scan.nearest(most)
        titles = dict(among.filter(pk__in=nearest).order_by().values_list("pk", "title"))
        if len(titles) >= limit or len(nearest) < most:
            break
    return {article: titles[article] for article in [one for one in nearest if one in titles][:limit]}


_kept_titles: OrderedDict[tuple[str, str], Floats] = OrderedDict()


def title_vectors(titles: Sequence[str], model: Embedder) -> Floats:
    """Vectors of titles; those asked for lately are kept in the process."""
    missing = [title for title in dict.fromkeys(titles) if (model.recipe, title) not in _kept_titles]
    few = [missing[start : start + _ENCODED_AT_ONCE] for start in range(0, len(missing), _ENCODED_AT_ONCE)]
    made = {title: vector for part in few for title, vector in zip(part, model.encode(part), strict=True)}
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
