from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from helpcenter.actions.articles import Manuscript, create_article, newest_revision, update_article
from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.publishing import publish_article
from helpcenter.models import ICONS, Article, Category
from helpcenter.states import RESERVED_SLUGS, ArticleState, Audience
from portal.accounts.models import User
from portal.lib import leaves
from portal.lib.clock import moment
from portal.lib.leaves import Leaf


@dataclass(frozen=True)
class Order:
    """What to import. Without `audience` the top folder says it (customer, operations, engineering), else internal."""

    folder: Path
    category: str = ""
    audience: str = ""
    dry_run: bool = False


@dataclass
class Delivered:
    """What an import did, or would do: a line per file, and how many of each kind."""

    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, what: str, path: str, why: str = "") -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        self.lines.append(f"{what:10} {path}{': ' + why if why else ''}")


@transaction.atomic
def import_folder(*, order: Order, by: User | None, now: datetime | None = None) -> Delivered:
    """Brings a folder of Markdown in. The same folder again changes only what changed in it; nothing is removed.

    Who may read an article and whether it is published is decided when it first comes in, never by a later import.
    """
    order = replace(order, folder=leaves.unwrapped(order.folder, but=Audience.values))
    run = _Run(order, by, moment(now))
    for leaf in leaves.read(order.folder):
        if leaf.problem:
            run.delivered.note("problem", leaf.path, leaf.problem)
        else:
            run.leaves[leaf.path] = leaf
    for leaf in run.leaves.values():
        run.shelve(leaf)
    for place, leaf in enumerate(run.leaves.values(), start=1):
        if not leaf.is_index or leaf.text.strip():
            run.bring_in(leaf, place)
    if order.dry_run:
        transaction.set_rollback(True)
    return run.delivered


class _Run:
    """One import: what is read, where it goes, what was done."""

    def __init__(self, order: Order, by: User | None, now: datetime) -> None:
        self.order, self.by, self.now = order, by, now
        self.leaves: dict[str, Leaf] = {}
        self.categories: dict[str, Category] = {}  # by their folder's name
        self.brought_in: set[int] = set()  # articles of this run, so that no file overwrites another one's
        self.delivered = Delivered()

    def audience(self, leaf: Leaf) -> str:
        """Who may read what is new: as ordered, as the file says, as its top folder is called, else the staff only."""
        top = leaf.parts[0] if leaf.parts else ""
        said = [self.order.audience, str(leaf.front.get("audience", "")), top, self.order.folder.resolve().name]
        return next((one for one in said if one in Audience.values), Audience.OPERATIONS)

    def shelf_key(self, leaf: Leaf) -> str:
        """The folder that stands for the leaf's category."""
        if self.order.category:
            return self.order.category
        below = leaf.parts[1:] if leaf.parts and leaf.parts[0] in Audience.values else leaf.parts
        return below[0] if below else (leaf.parts[0] if leaf.parts else self.order.folder.resolve().name)

    def shelve(self, leaf: Leaf) -> None:
        """Makes or updates the leaf's category: from index.md where there is one, else from the folder's name."""
        key = self.shelf_key(leaf)
        describes = leaf.is_index and not self.order.category
        if key in self.categories and not describes:
            return
        slug = slugify(str(leaf.front.get("slug", "")) if describes else "") or slugify(key)
        slug = f"{slug}-articles" if slug in RESERVED_SLUGS else slug or "articles"
        known = self.categories.get(key) or Category.objects.filter(slug=slug).first()
        known = known or Category.objects.filter(former_slugs__slug=slug).first()
        if known is None:
            shelf = self._shelf(leaf, slug, describes)
            self.categories[key] = create_category(shelf=shelf, by=self.by, now=self.now)
            self.delivered.note("category", slug, shelf.audience)
        else:
            self.categories[key] = self._updated(known, leaf) if describes else known

    def _shelf(self, leaf: Leaf, slug: str, describes: bool) -> Shelf:
        title = leaf.title if describes and leaf.front.get("title") else leaves.in_words(self.shelf_key(leaf))
        front = leaf.front if describes else {}
        icon = front.get("icon", "book")
        return Shelf(
            title=title[:120],
            slug=slug,
            description=str(front.get("description", ""))[:300],
            icon=icon if icon in ICONS else "book",
            position=leaf.number("position", 100) if describes else 100,
            audience=self.audience(leaf),
        )

    def _updated(self, known: Category, leaf: Leaf) -> Category:
        read = self._shelf(leaf, known.slug, True)
        shelf = replace(
            read, slug=known.slug, audience=known.audience, tiers=known.tiers, needs_approval=known.needs_approval
        )
        return update_category(category=known, shelf=shelf, by=self.by, now=self.now)

    def bring_in(self, leaf: Leaf, place: int) -> None:
        """Makes the leaf an article, or changes the one that it became before."""
        manuscript = self._manuscript(leaf, place)
        known = self._known(manuscript)
        if known is None:
            article = create_article(manuscript=manuscript, by=self.by, now=self.now)
            if leaf.front.get("state") != "draft" and not leaf.front.get("draft"):
                publish_article(article=article, by=self.by, now=self.now)
            self.delivered.note("new", leaf.path, article.get_absolute_url())
        elif known.pk in self.brought_in:
            self.delivered.note("problem", leaf.path, f"another file is already {known.get_absolute_url()}")
            return
        else:
            article = self._changed(known, replace(manuscript, audience=known.audience, tiers=known.tiers), leaf)
        self.brought_in.add(article.pk)

    def _changed(self, known: Article, manuscript: Manuscript, leaf: Leaf) -> Article:
        """Changed words are shown at once where the article is shown and no approval is asked for."""
        newest = newest_revision(known)
        differs = any(getattr(known, name) != value for name, value in manuscript.place.items())
        is_new = any(getattr(newest, name) != value for name, value in manuscript.words.items())
        self.delivered.note("changed" if differs or is_new else "same", leaf.path)
        article = update_article(article=known, manuscript=manuscript, by=self.by, now=self.now)
        if is_new and article.state == ArticleState.PUBLISHED and not article.category.needs_approval:
            article = publish_article(article=article, by=self.by, now=self.now)
        return article

    def _known(self, manuscript: Manuscript) -> Article | None:
        by_path = Article.objects.filter(source_path=manuscript.source_path).first()
        return by_path or Article.objects.filter(category=manuscript.category, slug=manuscript.slug).first()

    def _manuscript(self, leaf: Leaf, place: int) -> Manuscript:
        category = self.categories[self.shelf_key(leaf)]
        body, lost = leaves.relink(leaf.path, leaf.text, self._address)
        for link in lost:
            self.delivered.note("lost link", leaf.path, link)
        audience = self.audience(leaf)
        return Manuscript(
            category=category,
            title=leaf.title[:160],
            slug=self._slug(leaf),
            body=body,
            summary=str(leaf.front.get("summary") or leaf.front.get("description") or "")[:300],
            keywords=leaf.words("keywords"),
            audience="" if audience == category.audience else audience,
            position=leaf.number("position", place),
            source_path=f"{self.order.folder.resolve().name}/{leaf.path}"[:300],
        )

    def _slug(self, leaf: Leaf) -> str:
        """From the front matter, else the path below the category's folder: before/on_call.md is before-on-call."""
        parts = list(leaf.parts)
        while parts and (parts[0] in Audience.values or parts[0] == self.shelf_key(leaf)):
            parts.pop(0)
        stem = "introduction" if leaf.is_index else leaf.stem.replace("_", "-")
        named = "" if leaf.is_index else str(leaf.front.get("slug", ""))
        return slugify(named or "-".join([*parts, stem]))[:120] or "article"

    def _address(self, path: str) -> str | None:
        """Where a file of this folder is read, by its path; None when there is no such file."""
        leaf = self.leaves.get(path) or self.leaves.get(f"{path}/{leaves.INDEX}")
        if leaf is None:
            return None
        category = self.categories[self.shelf_key(leaf)]
        if leaf.is_index and not leaf.text.strip():
            return category.get_absolute_url()
        return reverse("helpcenter:article", args=[category.slug, self._slug(leaf)])
