"""Passages with vectors for all loaded articles: five each, as publishing and the worker would make them."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np

from helpcenter.models import Article, Passage
from helpcenter.search.learning import learn_words
from portal.lib.markdown import Section, sections
from portal.lib.text.embedding import embedder, to_bytes
from tests.bench.copying import copy

_AT_ONCE = 64
_DIMENSIONS = 384


def load() -> None:
    """Nothing, when they are there. Without a language model the vectors are random, of unit length."""
    if Passage.objects.exists():
        return
    found = list(Article.objects.order_by("pk").values_list("pk", "title", "live__html"))
    cut: dict[str, list[Section]] = {}
    for _pk, _title, html in found:
        if html not in cut:
            cut[html] = sections(html)
    vectors, recipe = _vectors(sorted({one.text for each in cut.values() for one in each}))
    copy(Passage, _rows(found, cut, vectors, recipe), fields=[])
    learn_words()


def _rows(
    found: list[tuple[int, str, str]], cut: dict[str, list[Section]], vectors: dict[str, bytes], recipe: str
) -> Iterator[dict[str, Any]]:
    for pk, title, html in found:
        for position, section in enumerate(cut[html]):
            yield {
                "article_id": pk,
                "position": position,
                "anchor": section.anchor,
                "title": " › ".join([title, *section.trail])[:300],
                "text": section.text,
                "digest": sha256(section.text.encode()).hexdigest(),
                "vector": vectors[section.text],
                "recipe": recipe,
            }


def _vectors(texts: list[str]) -> tuple[dict[str, bytes], str]:
    model = embedder()
    if model is None:
        rows = np.random.default_rng(7).normal(size=(len(texts), _DIMENSIONS)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return {text: to_bytes(row) for text, row in zip(texts, rows, strict=True)}, "random"
    made: dict[str, bytes] = {}
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        made |= {text: to_bytes(row) for text, row in zip(some, model.encode(some), strict=True)}
    return made, model.recipe
