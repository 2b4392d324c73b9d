from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.urls import reverse
from django.utils.text import slugify

from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.imports.orders import Delivered, Order
from helpcenter.models import ICONS, Article, Category
from helpcenter.states import RESERVED_SLUGS, Audience
from portal.accounts.models import User
from portal.lib import leaves
from portal.lib.leaves import Leaf


class Run:
    """One import: what is read, where it goes, what was done."""

    def __init__(self, order: Order, by: User | None, now: datetime) -> None:
        self.order, self.by, self.now = order, by, now
        self.leaves: dict[str, Leaf] = {}
        self.categories: dict[str, Category] = {}  # by their folder's name
        self.brought_in: dict[str, Article] = {}  # by the file's path, so that no file overwrites another one's
        self.delivered = Delivered()

    @property
    def folder(self) -> Path:
        return self.order.folder.resolve()

    def audience(self, leaf: Leaf) -> str:
        """Who may read what is new: as ordered, as the file says, as its top folder is called, else the staff only."""
        top = leaf.parts[0] if leaf.parts else ""
        said = [self.order.audience, str(leaf.front.get("audience", "")), top, self.folder.name]
        return next((one for one in said if one in Audience.values), Audience.OPERATIONS)

    def shelf_key(self, leaf: Leaf) -> str:
        """The folder that stands for the leaf's category."""
        if self.order.category:
            return self.order.category
        below = leaf.parts[1:] if leaf.parts and leaf.parts[0] in Audience.values else leaf.parts
        return below[0] if below else (leaf.parts[0] if leaf.parts else self.folder.name)

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
        shelf = self._shelf(leaf, slug, describes)
        if known is None:
            if not self.order.may_write_for(shelf.audience):
                return
            self.categories[key] = create_category(shelf=shelf, by=self.by, now=self.now)
            self.delivered.note("category", slug, shelf.audience)
        else:
            self.categories[key] = self._updated(known, shelf) if describes else known

    def _shelf(self, leaf: Leaf, slug: str, describes: bool) -> Shelf:
        title = leaf.title if describes and leaf.front.get("title") else leaves.in_words(self.shelf_key(leaf))
        front = leaf.front if describes else {}
        icon, audience = front.get("icon", "book"), self.audience(leaf)
        return Shelf(
            title=title[:120],
            slug=slug,
            description=str(front.get("description", ""))[:300],
            icon=icon if icon in ICONS else "book",
            position=leaf.number("position", 100) if describes else 100,
            audience=audience,
            tiers=leaf.words("tiers") if describes and audience == Audience.MEMBERS else (),
            needs_approval=bool(front.get("needs_approval")),
        )

    def _updated(self, known: Category, read: Shelf) -> Category:
        """Who reads a category, and whether it asks for approval, was decided when it came in."""
        if not self.order.may_write_for(known.audience):
            return known
        kept = {name: getattr(known, name) for name in ("slug", "audience", "tiers", "needs_approval")}
        return update_category(category=known, shelf=replace(read, **kept), by=self.by, now=self.now)

    def slug(self, leaf: Leaf) -> str:
        """From the front matter, else the path below the category's folder: before/on_call.md is before-on-call."""
        parts = list(leaf.parts)
        while parts and (parts[0] in Audience.values or parts[0] == self.shelf_key(leaf)):
            parts.pop(0)
        stem = "introduction" if leaf.is_index else leaf.stem.replace("_", "-")
        named = "" if leaf.is_index else str(leaf.front.get("slug", ""))
        return slugify(named or "-".join([*parts, stem]))[:120] or "article"

    def address(self, path: str) -> str | None:
        """Where a file of this folder is read, by its path; None when there is no such file."""
        leaf = self.leaves.get(path) or self.leaves.get(f"{path}/{leaves.INDEX}")
        category = self.categories.get(self.shelf_key(leaf)) if leaf else None
        if leaf is None or category is None:
            return None
        if leaf.is_index and not leaf.text.strip():
            return category.get_absolute_url()
        return reverse("helpcenter:article", args=[category.slug, self.slug(leaf)])
