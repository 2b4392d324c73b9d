"""From what somebody typed to a page of results: rank, correct, blend with what is meant, show.

Each stage may be missing and the earlier ones still answer: without vectors BM25 ranks alone.
"""

from dataclasses import dataclass

from helpcenter.querysets import Readable
from helpcenter.search import semantic
from helpcenter.search.asking import Asked
from helpcenter.search.lexical import MOST_RANKED, POPULAR, Field, Ranking, rank
from helpcenter.search.results import PER_PAGE, Chosen, Found, show
from helpcenter.search.vectors import Scan
from helpcenter.search.vocabulary import corrections

MEANT, WORDED = 0.7, 0.3
_CANDIDATES = (100, 1000, 100_000)  # nearest articles whose visibility is asked for, until enough may be seen
_ENOUGH = 20


@dataclass(frozen=True)
class Ordered:
    """The whole ranking of a search, before it is cut into pages. `passages`: the best one of each article."""

    asked: Asked
    ranking: Ranking
    articles: list[int]
    passages: dict[int, int]
    corrected: str = ""


def find(asked: Asked, *, among: Readable, category: str = "", page: int = 1, is_hybrid: bool = True) -> Found:
    """One page of the best matches of what the reader may see (`among`), narrowed to the category with that slug if
    it has any."""
    if not asked.words:
        return Found(page=page)
    found = order(asked, Field(among, category), is_hybrid=is_hybrid)
    if category and not found.articles:
        return find(asked, among=among, page=page, is_hybrid=is_hybrid)
    promoted = found.ranking.promoted
    articles = [*promoted, *(one for one in found.articles if one not in promoted)][:MOST_RANKED]
    piece = [Chosen(one, found.passages.get(one), one in promoted)
             for one in articles[(page - 1) * PER_PAGE : page * PER_PAGE]]  # fmt: skip
    hits = show(piece, found.asked, found.ranking.stems, among=among) if piece else []
    return Found(hits, len(articles), page, found.corrected, category, found.ranking.shelves, found.ranking.turns_at)


def order(asked: Asked, searched: Field, *, is_hybrid: bool = True) -> Ordered:
    """All that was found, best first. Words that stand nowhere are corrected unless the search is literal or exact."""
    found = _order(asked, searched, is_hybrid)
    if not found.ranking.unseen:
        return found
    better = corrections(found.ranking.unseen, among=searched.among)
    if not better:
        return found
    again = _order(asked.corrected(better), searched, is_hybrid)
    return Ordered(again.asked, again.ranking, again.articles, again.passages, corrected=again.asked.query)


def _order(asked: Asked, searched: Field, is_hybrid: bool) -> Ordered:
    scan = semantic.meant(asked.query) if is_hybrid and not asked.is_exact else None
    if scan is None:
        ranking = rank(asked, searched)
        return Ordered(asked, ranking, [one.article for one in ranking.found if one.score > 0 or asked.is_exact], {})
    ranking = _with_nearest(asked, searched, scan)
    top = max((one.score for one in ranking.found), default=0.0) or 1.0
    scored = [
        (one.article, (MEANT * scan.cosine(one.article) + WORDED * one.score / top) * (1 + POPULAR * one.popularity))
        for one in ranking.found
    ]
    ordered = [article for article, _score in sorted(scored, key=lambda one: (-one[1], one[0]))]
    return Ordered(asked, ranking, ordered, {one: scan.passage(one) for one in ordered if scan.passage(one)})


def _with_nearest(asked: Asked, searched: Field, scan: Scan) -> Ranking:
    """BM25 of what the words find and of the nearest articles. Most of those hidden from this reader: ask further."""
    ranking = Ranking()
    for most in _CANDIDATES:
        nearest = scan.nearest(most)
        ranking = rank(asked, searched, also=nearest)
        seen = {one.article for one in ranking.found}.intersection(nearest)
        if len(seen) >= _ENOUGH or len(nearest) < most:
            break
    return ranking
