"""An index of its own for a measurement: temporary tables that stand before the real ones until it is over."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from helpcenter.models import (
    Article,
    Calibration,
    Category,
    CommonStem,
    Corpus,
    Passage,
    Posting,
    Promotion,
    Revision,
    SearchDocument,
    Synonym,
    Word,
)
from helpcenter.search.indexing import embedded_text, index
from helpcenter.search.learning import learn_words
from helpcenter.states import ArticleState, Audience, RevisionState
from portal.lib.markdown import File, Surroundings, render
from portal.lib.text.embedding import Embedder, to_bytes

_TABLES = [
    Calibration, Category, Article, Revision, SearchDocument, Posting, Passage, Word, Corpus, CommonStem, Synonym,
    Promotion,
]  # fmt: skip
_AT_ONCE = 64
_HEADING = re.compile(r"^#{1,4} +(.+?) *#*$", re.M)


@dataclass(frozen=True)
class Page:
    """An article of a measurement."""

    slug: str
    title: str
    body: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    files: Mapping[str, File] = field(default_factory=dict)  # what the body may show, by name


@contextmanager
def scratch() -> Iterator[None]:
    """Within it, search and models know nothing of the real articles, and nothing of what is written is kept."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for model in _TABLES:
                name = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name} INCLUDING ALL) ON COMMIT DROP")
        yield
        transaction.set_rollback(True)


def fill(pages: Iterable[Page], *, now: datetime) -> None:
    """Puts pages into the scratch index as published articles; words are learnt, vectors are not made."""
    category = Category.objects.create(title="Scratch", slug="scratch", audience=Audience.CUSTOMER)
    for page in pages:
        rendered = render(page.body, Surroundings(files=page.files))
        article = Article(category=category, slug=page.slug[:120], title=page.title[:160], created_at=now)
        article.summary = page.summary
        article.updated_at = now
        article.save()
        article.live = Revision.objects.create(
            article=article,
            number=1,
            title=article.title,
            summary=article.summary,
            keywords=list(page.keywords),
            html=rendered.html,
            text=rendered.text,
            created_at=now,
            state=RevisionState.PUBLISHED,
        )
        article.state, article.published_at, article.version = ArticleState.PUBLISHED, now, 1
        article.save()
        index(article)
    learn_words()
    with connection.cursor() as cursor:
        for model in _TABLES:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def embed(model: Embedder) -> None:
    """Makes the vectors of all passages."""
    everything = list(Passage.objects.order_by("pk"))
    for start in range(0, len(everything), _AT_ONCE):
        passages = everything[start : start + _AT_ONCE]
        for passage, vector in zip(passages, model.encode([embedded_text(one) for one in passages]), strict=True):
            passage.vector, passage.recipe = to_bytes(vector), model.recipe
        Passage.objects.bulk_update(passages, ["vector", "recipe"])


def pages_of_markdown(name: str, source: str) -> Iterator[Page]:
    """A Markdown file as one page per heading, each with what stands under it."""
    pieces = _HEADING.split(source)
    for number, (heading, body) in enumerate(zip(pieces[1::2], pieces[2::2], strict=True)):
        if body.strip():
            yield Page(f"{name}-{number}"[:120], heading, body)
