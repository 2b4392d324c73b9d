"""How well the search finds: judged queries against an index, by the measures of the trade."""

import math
import random
import string
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from helpcenter.models import Article
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.asking import WORD, Asked
from helpcenter.search.finding import find

_LOOKED_AT = 10
_SHORTEST = 5


@dataclass(frozen=True)
class Judged:
    """A query and the slugs of the articles that answer it."""

    query: str
    slugs: frozenset[str]


@dataclass
class Figures:
    """Sums over all queries; `line` tells the means."""

    queries: int = 0
    reciprocal: float = 0.0
    gain: float = 0.0
    first: float = 0.0
    five: float = 0.0
    without: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def add(self, judged: Judged, found: Sequence[str], took_ms: float) -> None:
        self.queries += 1
        self.milliseconds.append(took_ms)
        self.without += not found
        places = [place for place, slug in enumerate(found[:_LOOKED_AT], start=1) if slug in judged.slugs]
        self.reciprocal += 1 / places[0] if places else 0.0
        best = sum(1 / math.log2(place + 1) for place in range(1, min(len(judged.slugs), _LOOKED_AT) + 1))
        self.gain += sum(1 / math.log2(place + 1) for place in places) / best
        self.first += sum(place == 1 for place in places) / len(judged.slugs)
        self.five += sum(place <= 5 for place in places) / len(judged.slugs)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds) or [0.0]
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def line(self) -> str:
        each = max(self.queries, 1)
        return (
            f"MRR@10 {self.reciprocal / each:.4f}  nDCG@10 {self.gain / each:.4f}  R@1 {self.first / each:.4f}  "
            f"R@5 {self.five / each:.4f}  without result {self.without / each:.2%}  "
            f"p50 {self.percentile(0.5):.1f} ms  p95 {self.percentile(0.95):.1f} ms  queries {self.queries}"
        )


def measure(judged: Iterable[Judged], *, among: ArticleQuerySet, is_hybrid: bool) -> Figures:
    """Asks every query as a reader would and looks at the first page."""
    slugs = dict(Article.objects.values_list("pk", "slug"))
    figures = Figures()
    for one in judged:
        started = time.perf_counter()
        hits = find(Asked.of(one.query), among=among, is_hybrid=is_hybrid).hits
        took_ms = (time.perf_counter() - started) * 1000
        figures.add(one, [slugs[hit.pk] for hit in hits], took_ms)
    return figures


def damaged(query: str, typos: int, dice: random.Random) -> str:
    """The query with one slip each in that many of its words of five letters or more."""
    places = [found.span() for found in WORD.finditer(query) if found[0].isalpha() and len(found[0]) >= _SHORTEST]
    for begin, end in sorted(dice.sample(places, min(typos, len(places))), reverse=True):
        query = query[:begin] + _slip(query[begin:end], dice) + query[end:]
    return query


def _slip(word: str, dice: random.Random) -> str:
    """A letter left out, doubled with a wrong one, replaced, or swapped with the next."""
    place = dice.randrange(len(word) - 1)
    letter = dice.choice(string.ascii_lowercase)
    return dice.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
