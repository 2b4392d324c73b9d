"""The vectors of all passages in this process, and the scan over them.

Kept as whole numbers of eight bits with one scale per row: a quarter of the memory, and on one core quicker to read
than float32. Rows stand in the order of their articles, so that the best passage of each is found in one sweep.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
FLOOR = 0.3  # what is less alike is not found by its meaning alone
_AT_ONCE = 512
_READ_AT_ONCE = 2000


@dataclass(frozen=True)
class Scan:
    """How near each article is to a question: by its best passage."""

    articles: Ids  # ascending
    cosines: Floats
    passages: Ids

    def nearest(self, most: int) -> list[int]:
        """The nearest articles above the floor, best first."""
        above = np.flatnonzero(self.cosines >= FLOOR)
        best = above[np.argsort(-self.cosines[above], kind="stable")[:most]]
        return self.articles[best].tolist()

    def cosine(self, article: int) -> float:
        place = self._place(article)
        return 0.0 if place is None else max(float(self.cosines[place]), 0.0)

    def passage(self, article: int) -> int:
        """Its best passage; 0 when the article has no vectors or is not near."""
        place = self._place(article)
        return 0 if place is None or self.cosines[place] < FLOOR else int(self.passages[place])

    def _place(self, article: int) -> int | None:
        place = int(np.searchsorted(self.articles, article))
        return place if place < len(self.articles) and self.articles[place] == article else None


@dataclass(frozen=True)
class Matrix:
    """All vectors of one recipe. `mark` tells whether the table still holds the same."""

    recipe: str
    mark: tuple[Any, ...]
    ids: Ids
    articles: Ids
    rows: npt.NDArray[np.int8]
    scales: Floats

    @classmethod
    def empty(cls, recipe: str, dimensions: int) -> "Matrix":
        nothing = np.zeros(0, dtype=np.int64)
        return cls(recipe, (), nothing, nothing, np.zeros((0, dimensions), np.int8), np.zeros(0, np.float32))

    def scan(self, question: Floats) -> Scan:
        scores = np.empty(len(self.rows), np.float32)
        buffer = np.empty((_AT_ONCE, self.rows.shape[1]), np.float32)
        for start in range(0, len(self.rows), _AT_ONCE):
            rows = self.rows[start : start + _AT_ONCE]
            np.copyto(buffer[: len(rows)], rows)
            np.dot(buffer[: len(rows)], question, out=scores[start : start + len(rows)])
        scores *= self.scales
        starts = np.flatnonzero(np.diff(self.articles, prepend=-1))
        best = np.maximum.reduceat(scores, starts) if len(starts) else scores
        places = self._first_places(scores, best, starts)
        return Scan(self.articles[starts], best, self.ids[places])

    def _first_places(self, scores: Floats, best: Floats, starts: Ids) -> Ids:
        """The row of each article's best score."""
        lengths = np.diff(starts, append=len(scores))
        at_best = np.flatnonzero(scores == np.repeat(best, lengths))
        return at_best[np.searchsorted(at_best, starts)]

    def renewed(self) -> "Matrix":
        """With what was added to the table since, without what left it; itself when nothing changed."""
        mark = _mark(self.recipe)
        if mark == self.mark:
            return self
        present = _present(self.recipe)
        kept = np.isin(self.ids, present)
        new = np.setdiff1d(present, self.ids[kept], assume_unique=True)
        parts = [(self.ids[kept], self.articles[kept], self.rows[kept], self.scales[kept])]
        parts += [_read(new[start : start + _READ_AT_ONCE], self.recipe, self.rows.shape[1])
                  for start in range(0, len(new), _READ_AT_ONCE)]  # fmt: skip
        ids, articles, rows, scales = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((ids, articles))
        return Matrix(self.recipe, mark, ids[order], articles[order], rows[order], scales[order])


def _mark(recipe: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(id), max(id) FROM helpcenter_passage WHERE recipe = %s", [recipe])
        [mark] = cursor.fetchall()
    return mark


def _present(recipe: str) -> Ids:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM helpcenter_passage WHERE recipe = %s ORDER BY id", [recipe])
        return np.fromiter((row[0] for row in cursor.fetchall()), dtype=np.int64)


def _read(ids: Ids, recipe: str, dimensions: int) -> tuple[Ids, Ids, npt.NDArray[np.int8], Floats]:
    """Vectors of these passages as whole numbers; one of another length is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, article_id, vector FROM helpcenter_passage WHERE recipe = %s AND id = ANY(%s) ORDER BY id",
            [recipe, ids.tolist()],
        )
        found = [row for row in cursor.fetchall() if len(row[2]) == 4 * dimensions]
    joined = b"".join(bytes(row[2]) for row in found)
    vectors = np.frombuffer(joined, dtype="<f4").reshape(len(found), dimensions)
    scales = (np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-12) / 127).astype(np.float32)
    whole = np.round(vectors / scales[:, None]).astype(np.int8)
    numbers = [np.array([row[place] for row in found], dtype=np.int64) for place in (0, 1)]
    return numbers[0], numbers[1], whole, scales
