"""What many texts are about: groups of texts that mean about the same, named by their own words. For workers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from portal.lib.text.embedding import Embedder
from portal.lib.text.lexicon import READ
from portal.lib.text.weights import Floats

_WORDS = 3
_MOST = 40
_SPOKEN = r"(?u)\b[^\W\d_]{3,}\b"  # words only: no numbers, no addresses


@dataclass(frozen=True)
class Theme:
    """The words that set a group apart, and the places of its texts in what was given, the most typical first."""

    words: tuple[str, ...]
    members: tuple[int, ...]


def themes(texts: Sequence[str], embedder: Embedder | None, *, count: int | None = None) -> list[Theme]:
    """The themes of these texts, the largest first; the same texts give the same themes.

    Without an embedder texts are grouped by their words. `count` is the number of groups, by default about the root
    of half the number of texts. Raises Unusable when an endpoint does not answer.
    """
    places = [place for place, text in enumerate(texts) if text.strip()]
    if not places:
        return []
    read = [texts[place][:READ] for place in places]
    rows = embedder.encode(read) if embedder else _by_words(read)
    groups = min(count or round((len(read) / 2) ** 0.5), _MOST, len(np.unique(rows.round(4), axis=0)))
    found = KMeans(n_clusters=max(1, groups), n_init=4, random_state=0).fit(rows)
    distance = found.transform(rows)
    members = [np.flatnonzero(found.labels_ == number) for number in range(found.n_clusters)]
    ordered = [group[np.argsort(distance[group, number], kind="stable")] for number, group in enumerate(members)]
    names = _names(read, ordered)
    made = [Theme(name, tuple(places[at] for at in group)) for name, group in zip(names, ordered, strict=True)]
    return sorted(made, key=lambda theme: (-len(theme.members), theme.members))


def _by_words(texts: list[str]) -> Floats:
    table = _table(texts)
    return np.zeros((len(texts), 1), dtype=np.float32) if table is None else table[0]


def _names(texts: list[str], groups: list[np.ndarray]) -> list[tuple[str, ...]]:
    """Words that are frequent in a group and rare elsewhere."""
    found = _table(texts)
    if found is None:
        return [() for _ in groups]
    weights, words = found
    overall = weights.mean(axis=0)
    named = []
    for group in groups:
        extra = weights[group].mean(axis=0) - (overall if len(groups) > 1 else 0)
        best = np.argsort(-extra, kind="stable")[:_WORDS]
        named.append(tuple(words[place] for place in best if extra[place] > 0))
    return named


def _table(texts: list[str]) -> tuple[Floats, list[str]] | None:
    learner = TfidfVectorizer(
        stop_words=list(ENGLISH_STOP_WORDS),
        token_pattern=_SPOKEN,
        max_features=4000,
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        return learner.fit_transform(texts).toarray(), list(learner.get_feature_names_out())
    except ValueError:  # not one word in all texts
        return None
