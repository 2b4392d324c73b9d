"""What search keeps of an article, written in the transaction that publishes it."""

import re
from hashlib import sha256

from django.db import connection

from helpcenter.models import Article, Passage, Posting, Revision, SearchDocument
from helpcenter.search.lexical import CODE, CONFIG
from portal.lib.markdown import sections

MOST_CHARACTERS = 400_000
_WORD = re.compile(r"[^\W\d_]{3,}")


def index(article: Article) -> None:
    """Makes the live revision findable: document and postings now, passages without vectors (workers make those)."""
    revision = article.live
    if revision is None:
        raise ValueError("Only what was published can be found.")
    forget(article, but_passages=True)
    title, keywords = _prepared(revision.title), _prepared(" · ".join(revision.keywords))
    summary, text = _prepared(revision.summary), _prepared(revision.text)
    body = "\n".join([keywords, summary, text])
    words = sorted({word.lower() for word in _WORD.findall(f"{title} {body}")})
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [article.pk, title, body])
        cursor.execute(_DOCUMENT, [article.pk, title, keywords, summary, text, words, article.pk])
    _cut(article, revision)


def forget(article: Article, *, but_passages: bool = False) -> None:
    """Takes an article out of what search looks into."""
    Posting.objects.filter(article=article).delete()
    SearchDocument.objects.filter(article=article).delete()
    if not but_passages:
        Passage.objects.filter(article=article).delete()


def _prepared(words: str) -> str:
    """With error codes as one word beside their parts: for PostgreSQL's parser QE-1050 is a word and a number."""
    return CODE.sub(r"\1\2 \2 \1", words[:MOST_CHARACTERS])


def _cut(article: Article, revision: Revision) -> None:
    """The live text as passages; one that did not change keeps its vector."""
    known = {one.digest: one for one in Passage.objects.filter(article=article).exclude(vector=None)}
    Passage.objects.filter(article=article).delete()
    made = []
    for position, section in enumerate(sections(revision.html)):
        title = " › ".join([revision.title, *section.trail])[:300]
        digest = sha256(f"{title}\n{section.text}".encode()).hexdigest()
        kept = known.get(digest)
        made.append(
            Passage(
                article=article,
                position=position,
                anchor=section.anchor,
                title=title,
                text=section.text,
                digest=digest,
                vector=kept.vector if kept else None,
                recipe=kept.recipe if kept else "",
            )
        )
    Passage.objects.bulk_create(made)


_POSTINGS = f"""
    INSERT INTO helpcenter_posting (article_id, term, title_count, body_count)
    SELECT %s, lexeme, sum(in_title), sum(in_body) FROM (
        SELECT lexeme, cardinality(positions) AS in_title, 0 AS in_body FROM unnest(to_tsvector('{CONFIG}', %s))
        UNION ALL SELECT lexeme, 0, cardinality(positions) FROM unnest(to_tsvector('{CONFIG}', %s))
    ) AS stood GROUP BY lexeme
"""  # noqa: S608  # the configuration's name is a constant
_WEIGHED = " || ".join(f"setweight(to_tsvector('{CONFIG}', %s), '{weight}')" for weight in "ABCD")
_DOCUMENT = f"""
    INSERT INTO helpcenter_searchdocument (article_id, vector, words, title_length, body_length, popularity)
    SELECT %s, {_WEIGHED}, %s, coalesce(sum(title_count), 0), coalesce(sum(body_count), 0), 0
    FROM helpcenter_posting WHERE article_id = %s
"""  # noqa: S608  # put together from constants; values are parameters
