from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.events import CATEGORY_UPDATED, CATEGORY_WRITTEN
from helpcenter.models import Category, FormerCategorySlug
from helpcenter.states import RESERVED_SLUGS, Audience
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Shelf:
    """A category as an editor wants it. Internal unless said otherwise."""

    title: str
    slug: str
    description: str = ""
    icon: str = "book"
    position: int = 0
    audience: str = Audience.OPERATIONS
    tiers: Sequence[str] = ()
    needs_approval: bool = False

    @property
    def values(self) -> dict[str, object]:
        """By the category's field names."""
        return {**asdict(self), "tiers": list(self.tiers)}


@transaction.atomic
def create_category(*, shelf: Shelf, by: User | None, now: datetime | None = None) -> Category:
    """Makes a category. Refuses a slug that is taken (`slug_taken`) or a page of its own (`slug_reserved`)."""
    _check_slug(shelf.slug)
    category = Category.objects.create(**shelf.values)
    details = {"audience": category.audience}
    record(CATEGORY_WRITTEN, about=category, by=by, details=details, now=moment(now))
    return category


@transaction.atomic
def update_category(*, category: Category, shelf: Shelf, by: User | None, now: datetime | None = None) -> Category:
    """Changes a category; its old address, and those of its articles, keep answering. Nothing changed: no event."""
    locked = Category.objects.select_for_update().get(pk=category.pk)
    wanted = shelf.values
    changed = [name for name, value in wanted.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    if "slug" in changed:
        _check_slug(shelf.slug)
        FormerCategorySlug.objects.update_or_create(slug=locked.slug, defaults={"category": locked})
    for name in changed:
        setattr(locked, name, wanted[name])
    locked.save(update_fields=changed)
    details = {"audience": locked.audience, "changed": changed}
    record(CATEGORY_UPDATED, about=locked, by=by, details=details, now=moment(now))
    return locked


def _check_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise Refused(_("This word is a page of the help center; choose another slug."), code="slug_reserved")
    if Category.objects.filter(slug=slug).exists():
        raise Refused(_("Another category has this address."), code="slug_taken")
