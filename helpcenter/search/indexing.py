"""What search keeps of an article, written in the transaction that publishes it."""

import re
from collections.abc import Iterator
from hashlib import sha256

from django.db import connection
from django.db.models import F

from helpcenter.models import Article, Passage, Posting, Revision, SearchDocument
from helpcenter.search.asking import CODE, CONFIG
from portal.lib.markdown import sections

MOST_CHARACTERS = 400_000
_ASIDE = 1_000_000  # places, beyond those of any article: where passages wait while they change places
WORDS_OF_A_PASSAGE = 160  # what the language model reads of a text, with room for its headings
# What stands below a picture is found by search, but answers nothing and makes the passage around it less alike.
_CAPTION = re.compile(r'<figcaption>.*?</figcaption>|<p class="caption">.*?</p>', re.S)
_WORD = re.compile(r"[^\W\d_]{3,}")


def index(article: Article) -> None:
    """Makes the live revision findable: document and postings now, passages without vectors (workers make those)."""
    revision = article.live
    if revision is None:
        raise ValueError("Only what was published can be found.")
    popularity = SearchDocument.objects.filter(article=article).values_list("popularity", flat=True).first() or 0.0
    forget(article, but_passages=True)
    title, keywords = _prepared(revision.title), _prepared(" · ".join([*revision.keywords, *_former_titles(revision)]))
    summary, text = _prepared(revision.summary), _prepared(revision.text)
    body = "\n".join([keywords, summary, text])
    words = sorted({word.lower() for word in _WORD.findall(f"{title} {body}")})
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [article.pk, title, body])
        cursor.execute(_DOCUMENT, [article.pk, title, keywords, summary, text, words, popularity, article.pk])
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


def _former_titles(revision: Revision) -> list[str]:
    """What the article was called when readers saw it earlier; never the title of a draft."""
    shown = revision.article.revisions.exclude(shown_at=None).exclude(title=revision.title)
    return list(shown.order_by("title").values_list("title", flat=True).distinct())


def embedded_text(passage: Passage) -> str:
    """What the vector of a passage is made from."""
    return f"{passage.title}\n{passage.text}"


def _cut(article: Article, revision: Revision) -> None:
    """The live text as passages. One that did not change keeps its row: processes hold its vector under its id."""
    known: dict[str, list[Passage]] = {}
    for one in Passage.objects.filter(article=article).defer("vector").order_by("position"):
        known.setdefault(one.digest, []).append(one)
    kept, moved, new = [], [], []
    for position, (anchor, title, text) in enumerate(_pieces(revision)):
        digest = sha256(f"{title}\n{text}".encode()).hexdigest()
        if not known.get(digest):
            new.append(
                Passage(article=article, position=position, anchor=anchor, title=title, text=text, digest=digest)
            )
            continue
        same = known[digest].pop(0)
        kept.append(same.pk)
        if (same.position, same.anchor) != (position, anchor):
            same.position, same.anchor = position, anchor
            moved.append(same)
    Passage.objects.filter(article=article).exclude(pk__in=kept).delete()
    Passage.objects.filter(pk__in=[one.pk for one in moved]).update(position=F("position") + _ASIDE)
    Passage.objects.bulk_update(moved, ["position", "anchor"])
    Passage.objects.bulk_create(new)


def _pieces(revision: Revision) -> Iterator[tuple[str, str, str]]:
    """Anchor, headings and text of each passage: a section, or the parts of a long one, cut between its lines."""
    for section in sections(_CAPTION.sub("", revision.html)):
        title = " › ".join([revision.title, *section.trail])[:300]
        lines: list[str] = []
        for line in _short_lines(section.text):
            if lines and sum(len(one.split()) for one in [*lines, line]) > WORDS_OF_A_PASSAGE:
                yield section.anchor, title, "\n".join(lines)
                lines = []
            lines.append(line)
        yield section.anchor, title, "\n".join(lines)


def _short_lines(text: str) -> Iterator[str]:
    """Lines, those longer than a passage cut between sentences."""
    for line in text.splitlines():
        if len(line.split()) <= WORDS_OF_A_PASSAGE:
            yield line
            continue
        words: list[str] = []
        for sentence in re.split(r"(?<=[.!?])\s+", line):
            if words and len(words) + len(sentence.split()) > WORDS_OF_A_PASSAGE:
                yield " ".join(words)
                words = []
            words += sentence.split()[: WORDS_OF_A_PASSAGE * 3]
        yield " ".join(words)


_POSTINGS = f"""
    INSERT INTO helpcenter_posting (article_id, term, title_count, body_count, title_length, body_length)
    SELECT %s, lexeme, sum(in_title), sum(in_body), sum(sum(in_title)) OVER (), sum(sum(in_body)) OVER () FROM (
        SELECT lexeme, cardinality(positions) AS in_title, 0 AS in_body FROM unnest(to_tsvector('{CONFIG}', %s))
        UNION ALL SELECT lexeme, 0, cardinality(positions) FROM unnest(to_tsvector('{CONFIG}', %s))
    ) AS stood GROUP BY lexeme
"""  # noqa: S608  # the configuration's name is a constant
_WEIGHED = " || ".join(f"setweight(to_tsvector('{CONFIG}', %s), '{weight}')" for weight in "ABCD")
_DOCUMENT = f"""
    INSERT INTO helpcenter_searchdocument (article_id, vector, words, title_length, body_length, popularity)
    SELECT %s, {_WEIGHED}, %s, coalesce(max(title_length), 0), coalesce(max(body_length), 0), %s
    FROM helpcenter_posting WHERE article_id = %s
"""  # noqa: S608  # put together from constants; values are parameters
