"""Typing errors: a word that stands in nothing the reader may see becomes the nearest word of our articles.

The vocabulary knows the words of every article, also of those a reader may not see; so a word is proposed only when
it stands in an article that this very reader may see. What is hidden can neither be guessed nor be told apart from
what does not exist.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from helpcenter.querysets import Readable
from helpcenter.search.asking import CONFIG

ONE_EDIT_FROM, TWO_EDITS_FROM = 5, 9  # letters
_PROPOSED = 8


@dataclass
class _Vocabulary:
    """The words of our articles as this process holds them, by length, each with its number of articles."""

    changed_at: datetime | None = None
    words: dict[str, int] = field(default_factory=dict)
    by_length: dict[int, list[str]] = field(default_factory=dict)


_held = _Vocabulary()
_lock = threading.Lock()


def corrections(unseen: list[str], *, among: Readable) -> dict[str, str]:
    """What to search instead of words that stand nowhere; words without a near one are left out."""
    typed = [word for word in unseen if len(word) >= ONE_EDIT_FROM and word.isalpha()]
    if not typed:
        return {}
    known = _vocabulary()
    proposed = {word: _nearest(word, known) for word in typed}
    seen = _seen(sorted({one for each in proposed.values() for one in each}), among)
    chosen = {word: next((one for one in each if one in seen), "") for word, each in proposed.items()}
    return {word: better for word, better in chosen.items() if better}


def _nearest(word: str, known: _Vocabulary) -> list[str]:
    """The likeliest first: fewest edits, then the same first letter, then the more frequent word."""
    edits = 2 if len(word) >= TWO_EDITS_FROM else 1
    lengths = range(len(word) - edits, len(word) + edits + 1)
    choices = [one for length in lengths for one in known.by_length.get(length, [])]
    found = extract(word, choices, scorer=OSA.distance, score_cutoff=edits, limit=None)
    ordered = sorted(found, key=lambda one: (one[1], one[0][0] != word[0], -known.words[one[0]], one[0]))
    return [one for one, _distance, _place in ordered[:_PROPOSED]]


def _seen(words: list[str], among: Readable) -> set[str]:
    """Those that stand in something the reader may see."""
    if not words:
        return set()
    try:
        readable, params = among.ids_in_sql
    except EmptyResultSet:
        return set()
    sql = f"""
        WITH readable (id) AS NOT MATERIALIZED ({readable})
        SELECT word FROM unnest(%s::text[]) AS word WHERE EXISTS (
            SELECT FROM unnest(tsvector_to_array(to_tsvector('{CONFIG}', word))) AS stem
            JOIN helpcenter_posting posting ON posting.term = stem JOIN readable ON readable.id = posting.article_id
        )
    """  # noqa: S608  # a queryset's own SQL and constants; values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, words])
        return {word for (word,) in cursor.fetchall()}


def _vocabulary() -> _Vocabulary:
    """Read anew when it has changed; one query, whether it has or not."""
    global _held
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [_held.changed_at])
        [(changed_at, words)] = cursor.fetchall() or [(None, {})]
    if changed_at == _held.changed_at:
        return _held
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)
    with _lock:
        _held = _Vocabulary(changed_at, words, by_length)
        return _held


_WORDS = """
    SELECT words_changed_at, CASE WHEN words_changed_at IS DISTINCT FROM %s::timestamptz
                             THEN (SELECT coalesce(json_object_agg(word, articles), '{}') FROM helpcenter_word) END
    FROM helpcenter_corpus
"""
