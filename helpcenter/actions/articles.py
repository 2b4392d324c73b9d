from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.actions.wording import worded
from helpcenter.events import ARTICLE_PLACED, ARTICLE_REVISED, ARTICLE_WRITTEN
from helpcenter.models import Article, Category, FormerArticleSlug, Revision
from helpcenter.states import OPEN_REVISIONS, RevisionState
from portal.accounts.models import User
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.clock import moment
from portal.lib.refusals import Refused

WORDS = ["title", "summary", "keywords", "body"]  # what a revision holds
PLACE = ["category_id", "slug", "audience", "tiers", "position"]  # what an article is, whatever it says


@dataclass(frozen=True)
class Manuscript:
    """What an editor hands in: where the article stands, who reads it, what it says.

    An empty audience means: as the category. `note` says what was changed. `based_on` is the number of the revision
    that the editor had before them; None: whatever there is.
    """

    category: Category
    title: str
    slug: str
    body: str
    summary: str = ""
    keywords: Sequence[str] = ()
    audience: str = ""
    tiers: Sequence[str] = ()
    position: int = 0
    source_path: str | None = None
    note: str = ""
    based_on: int | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)  # former anchors of headings, with the present ones

    @property
    def words(self) -> dict[str, Any]:
        """By the revision's field names."""
        return {
            "title": self.title.strip(),
            "summary": self.summary.strip(),
            "keywords": [word.strip()[:60] for word in self.keywords if word.strip()],
            "body": self.body.replace("\r\n", "\n"),
        }

    @property
    def place(self) -> dict[str, Any]:
        """By the article's field names."""
        return {
            "category_id": self.category.pk,
            "slug": self.slug,
            "audience": self.audience,
            "tiers": list(self.tiers),
            "position": self.position,
        }


class EditConflict(Refused):
    """Somebody else wrote a revision meanwhile: `newest` is theirs."""

    def __init__(self, newest: Revision) -> None:
        self.newest = newest
        sentence = _("%(author)s changed this article while you were writing. Look at both before you save.")
        super().__init__(sentence % {"author": newest.author or _("Somebody")}, code="edit_conflict")


@transaction.atomic
def create_article(*, manuscript: Manuscript, by: User | None, now: datetime | None = None) -> Article:
    """Keeps a new article as a draft. Refuses an address that the category already has (`slug_taken`)."""
    at = moment(now)
    _check_address(manuscript)
    words = manuscript.words
    article = Article.objects.create(
        **manuscript.place,
        title=words["title"],
        summary=words["summary"],
        source_path=manuscript.source_path,
        created_at=at,
        updated_at=at,
    )
    write_revision(article, words, note=manuscript.note, by=by, at=at, aliases=manuscript.aliases)
    tell(ARTICLE_WRITTEN, article, by, at)
    return article


@transaction.atomic
def update_article(
    *, article: Article, manuscript: Manuscript, by: User | None, now: datetime | None = None
) -> Article:
    """Keeps what was changed. Changed words are a new revision beside what readers see, a changed place holds at once.

    An old address keeps answering. Nothing changed: nothing happens, no event. Refuses an address that another
    article of the category has (`slug_taken`), and EditConflict when `based_on` is no longer the newest revision.
    """
    at = moment(now)
    locked = lock(article)
    newest = newest_revision(locked)
    if manuscript.based_on is not None and manuscript.based_on != newest.number:
        raise EditConflict(newest)
    if manuscript.source_path and locked.source_path != manuscript.source_path:
        locked.source_path = manuscript.source_path
        locked.save(update_fields=["source_path"])
    _place(locked, manuscript, by, at)
    if any(getattr(newest, name) != value for name, value in manuscript.words.items()):
        revision = write_revision(
            locked, manuscript.words, note=manuscript.note, by=by, at=at, aliases=manuscript.aliases
        )
        tell(ARTICLE_REVISED, locked, by, at, number=revision.number)
    return locked


@transaction.atomic
def restore_revision(*, revision: Revision, by: User | None, now: datetime | None = None) -> Revision:
    """Writes what an old revision says as a new one; nothing is shown by that. Refuses the newest (`is_newest`)."""
    at = moment(now)
    article = lock(revision.article)
    if newest_revision(article).number == revision.number:
        raise Refused(_("This is the newest revision already."), code="is_newest")
    note = _("As in revision %(number)s") % {"number": revision.number}
    words = {name: getattr(revision, name) for name in WORDS}
    restored = write_revision(article, words, note=note, by=by, at=at)
    tell(ARTICLE_REVISED, article, by, at, number=restored.number)
    return restored


def lock(article: Article) -> Article:
    """The article's row, held until the transaction ends, with category and live revision."""
    return Article.objects.select_for_update(of=("self",)).whole().get(pk=article.pk)


def newest_revision(article: Article) -> Revision:
    return article.revisions.newest_first()[0]


def tell(event: EventType, article: Article, by: User | None, at: datetime, **more: object) -> None:
    """Records what happened to the article, with what listeners need."""
    details = {"category_id": article.category_id, "version": article.version, "audience": article.read_by, **more}
    record(event, about=article, by=by, details=details, now=at)


def write_revision(
    article: Article,
    words: dict[str, Any],
    *,
    note: str,
    by: User | None,
    at: datetime,
    aliases: Mapping[str, str] | None = None,
) -> Revision:
    """The next revision, rendered; what was at work before it is replaced. The article is locked by the caller."""
    last = article.revisions.newest_first().first()
    article.revisions.filter(state__in=OPEN_REVISIONS).update(state=RevisionState.REPLACED)
    rendered = worded(article, words["body"], aliases=aliases)
    revision = Revision.objects.create(
        article=article,
        number=last.number + 1 if last else 1,
        **words,
        html=rendered.html,
        toc=rendered.toc,
        text=rendered.text,
        uses=rendered.uses,
        note=note[:200],
        author=by,
        created_at=at,
    )
    if article.live is None:
        article.title, article.summary, article.updated_at = revision.title, revision.summary, at
        article.save(update_fields=["title", "summary", "updated_at"])
    return revision


def _place(article: Article, manuscript: Manuscript, by: User | None, at: datetime) -> None:
    changed = [name for name, value in manuscript.place.items() if getattr(article, name) != value]
    if not changed:
        return
    if {"slug", "category_id"} & set(changed):
        _check_address(manuscript, other_than=article)
        FormerArticleSlug.objects.update_or_create(
            category_id=article.category_id, slug=article.slug, defaults={"article": article}
        )
    for name in changed:
        setattr(article, name, manuscript.place[name])
    article.category = manuscript.category
    article.save(update_fields=changed)
    tell(ARTICLE_PLACED, article, by, at, changed=changed)


def _check_address(manuscript: Manuscript, *, other_than: Article | None = None) -> None:
    taken = Article.objects.filter(category=manuscript.category, slug=manuscript.slug)
    if (taken.exclude(pk=other_than.pk) if other_than else taken).exists():
        raise Refused(_("The category has an article at this address."), code="slug_taken")
