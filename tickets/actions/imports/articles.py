"""Sections and articles come over as categories and articles; their HTML becomes Markdown."""

from typing import Any

from django.utils.text import slugify

import helpcenter.actions as helpcenter
from helpcenter.models import Category, Follow
from helpcenter.states import RESERVED_SLUGS
from portal.lib.html_text import as_markdown
from tickets.actions.imports import cells
from tickets.actions.imports.orders import Unreadable
from tickets.actions.imports.run import Run, needed
from tickets.states.imports import ImportKind


def bring_in_section(run: Run, row: dict[str, Any]) -> tuple[int, bool]:
    """A category of its own, never one that is there already: who reads it is as ordered."""
    name = needed(cells.text(row, "name", "title"), "it has no name")
    description = as_markdown(cells.text(row, "description"))
    slug = _free(slugify(name)[:70] or "section", lambda one: Category.objects.filter(slug=one).exists())
    shelf = helpcenter.Shelf(
        title=name[:120], slug=slug, description=" ".join(description.split())[:300], audience=run.order.audience
    )
    return helpcenter.create_category(shelf=shelf, by=run.by, now=run.now).pk, False


def bring_in_article(run: Run, row: dict[str, Any]) -> tuple[int, bool]:
    category = _category(run, row)
    title = needed(cells.text(row, "title", "name"), "it has no title")
    body = needed(as_markdown(cells.text(row, "body", "html_body")), "it has no words")
    at = cells.moment_of(row, "created_at", now=run.now, default=run.now)
    edited_at = max(cells.moment_of(row, "updated_at", now=run.now, default=at), at)
    slug = _free(slugify(title)[:110] or "article", lambda one: category.articles.filter(slug=one).exists())
    keywords = tuple(cells.words(row, "label_names"))[:20]
    manuscript = helpcenter.Manuscript(category=category, title=title[:160], slug=slug, body=body, keywords=keywords)
    article = helpcenter.create_article(manuscript=manuscript, by=run.by, now=at)
    if cells.flag(row, "draft", default=False):
        return article.pk, False
    if category.needs_approval or Follow.objects.filter(category=category).exists():
        run.remark(f"article {article.pk} stays a draft: its category asks for approval or has followers")
        return article.pk, False
    helpcenter.publish_article(article=article, by=run.by, now=edited_at)
    return article.pk, False


def _category(run: Run, row: dict[str, Any]) -> Category:
    key = cells.key(row, "section_id") or cells.key(row, "category_id")
    found = run.here(ImportKind.SECTION, key) if key else None
    category = Category.objects.filter(pk=found[0]).first() if found else None
    if category is None:
        raise Unreadable(f"its section {key!r} did not come over")
    return category


def _free(slug: str, is_taken: Any) -> str:
    """The slug, with a number behind it when it is taken."""
    slug = f"{slug}-articles" if slug in RESERVED_SLUGS else slug
    number, found = 1, slug
    while is_taken(found):
        number += 1
        found = f"{slug}-{number}"
    return found
