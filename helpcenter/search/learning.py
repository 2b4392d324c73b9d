"""What search learns from all articles together: their number and lengths, how common each word is, the vocabulary, and
what is popular."""

from django.db import connection, transaction

_LONGEST = 40
_SHORTEST = 3
_COMMON = 100  # documents; counting further for each search would cost more than all its ranking
_LOCK = 7_305_001  # of advisory locks: one at a time learns


@transaction.atomic
def learn_words() -> int:
    """Brings the figures of the corpus and the vocabulary up to date with what is indexed; answers how many words
    changed.

    One at a time: who comes second has nothing to do. Rows change in one order, so no two can wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_LEARN, [_SHORTEST, _LONGEST])
        [(changed,)] = cursor.fetchall()
        cursor.execute(_COUNT, [changed])
        cursor.execute(_COUNT_STEMS, [_COMMON])
    return changed


_LEARN = """
    WITH stood AS MATERIALIZED (
        SELECT word, count(*) AS articles FROM helpcenter_searchdocument, unnest(words) AS word
        WHERE length(word) BETWEEN %s AND %s GROUP BY word
    ),
    gone AS (
        DELETE FROM helpcenter_word known WHERE NOT EXISTS (SELECT FROM stood WHERE stood.word = known.word) RETURNING 1
    ),
    learnt AS (
        INSERT INTO helpcenter_word (word, articles) SELECT word, articles FROM stood ORDER BY word
        ON CONFLICT (word) DO UPDATE SET articles = EXCLUDED.articles
        WHERE helpcenter_word.articles <> EXCLUDED.articles RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM learnt)
"""


_COUNT = """
    INSERT INTO helpcenter_corpus AS known (is_only, documents, title_length, body_length, words_changed_at)
    SELECT TRUE, count(*), greatest(avg(title_length), 1), greatest(avg(body_length), 1), clock_timestamp()
    FROM helpcenter_searchdocument
    ON CONFLICT (is_only) DO UPDATE SET documents = EXCLUDED.documents, title_length = EXCLUDED.title_length,
        body_length = EXCLUDED.body_length,
        words_changed_at = CASE WHEN %s > 0 THEN EXCLUDED.words_changed_at ELSE known.words_changed_at END
"""


_COUNT_STEMS = """
    WITH stood AS MATERIALIZED (
        SELECT term, count(*) AS in_all, count(*) FILTER (WHERE title_count > 0) AS in_title,
               count(*) FILTER (WHERE body_count > 0) AS in_body
        FROM helpcenter_posting GROUP BY term HAVING count(*) > %s
    ),
    gone AS (
        DELETE FROM helpcenter_commonstem known WHERE NOT EXISTS (SELECT FROM stood WHERE stood.term = known.stem)
    )
    INSERT INTO helpcenter_commonstem AS known (stem, in_all, in_title, in_body)
    SELECT term, in_all, in_title, in_body FROM stood ORDER BY term
    ON CONFLICT (stem) DO UPDATE SET in_all = EXCLUDED.in_all, in_title = EXCLUDED.in_title, in_body = EXCLUDED.in_body
    WHERE (known.in_all, known.in_title, known.in_body) <> (EXCLUDED.in_all, EXCLUDED.in_title, EXCLUDED.in_body)
"""


def weigh_popularity(*, days: int = 90) -> int:
    """How much each article is read and liked, from 0 to 1; answers how many changed.

    Views count by their logarithm and votes by the share of yes among them, careful with few: half is neutral.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WEIGH, [days])
        return cursor.rowcount


_WEIGH = """
    WITH read AS (
        SELECT article_id, sum(views) AS views FROM helpcenter_readingday
        WHERE day > current_date - %s GROUP BY article_id
    ),
    voted AS (
        SELECT vote.article_id, (count(*) FILTER (WHERE is_helpful) + 2.0) / (count(*) + 4.0) AS liked
        FROM helpcenter_vote vote JOIN helpcenter_article article
             ON article.id = vote.article_id AND article.version = vote.version GROUP BY vote.article_id
    ),
    weighed AS (
        SELECT document.article_id, round((coalesce(voted.liked, 0.5) * coalesce(
            ln(1 + read.views) / nullif(ln(1 + max(read.views) OVER ()), 0), 0))::numeric, 3)::float8 AS popularity
        FROM helpcenter_searchdocument document LEFT JOIN read USING (article_id) LEFT JOIN voted USING (article_id)
    )
    UPDATE helpcenter_searchdocument document SET popularity = weighed.popularity
    FROM weighed WHERE weighed.article_id = document.article_id AND weighed.popularity <> document.popularity
"""
