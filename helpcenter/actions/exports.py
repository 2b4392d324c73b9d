"""Articles as a folder of Markdown with front matter and files: what `import_folder` reads back without a loss."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpcenter.actions.articles import newest_revision
from helpcenter.actions.imports import SNIPPETS
from helpcenter.models import Article, Asset, Category, Snippet
from helpcenter.states import ArticleState
from portal.lib import leaves
from portal.lib.markdown.anchors import aliases_of
from portal.lib.markdown.fences import changed_words

_NAMED = re.compile(
    r"""(?P<head>\]\(<?|^\s{0,3}\[[^\]]+\]:\s+|\s(?:src|href)=["'])(?P<name>[\w.-]+)(?=[)>\s"'#]|$)""", re.M
)


@dataclass
class Written:
    """What an export wrote."""

    articles: int = 0
    files: int = 0
    folder: Path = field(default_factory=Path)


def export_folder(*, folder: Path, articles: Iterable[Article]) -> Written:
    """Writes these articles (choose them by their gate) with their categories, files and the snippets they use.

    Of each one text is written: the live one, of what was never shown the newest. What was before it (older revisions,
    their notes), a draft at work beside a live text, reviews, votes, figures and followers are not: a backup of the
    database keeps those. A live text comes back as the first revision of its article.

    Changes no row. A file per article, a folder per category in one per audience; what lies there already under these
    names is written over.
    """
    written, used, shelves = Written(folder=folder), set[str](), set[Category]()
    for article in articles:
        revision = article.live or newest_revision(article)
        used.update(revision.uses)
        shelves.add(article.category)
        _write_article(folder, article, written)
    for category in shelves:
        _write(folder, f"{category.audience}/{category.slug}/{leaves.INDEX}", leaves.written(_shelf(category), ""))
    for snippet in Snippet.objects.filter(name__in=used):
        text = leaves.written({"kind": snippet.kind}, snippet.body)
        _write(folder, f"{SNIPPETS}/{snippet.name}.md", text)
    return written


def _write(folder: Path, path: str, content: str | bytes) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode() if isinstance(content, str) else content)


def _write_article(folder: Path, article: Article, written: Written) -> None:
    stem = "index-article" if article.slug == "index" else article.slug
    shelf = f"{article.category.audience}/{article.category.slug}"
    revision = article.live or newest_revision(article)
    assets = {asset.name: asset for asset in article.assets.order_by("name")}
    front = _front(article, [_described(asset, f"{stem}.files/{asset.name}") for asset in assets.values()])
    body = _naming_files(revision.body, set(assets), f"{stem}.files")
    _write(folder, f"{shelf}/{stem}.md", leaves.written(front, body))
    for asset in assets.values():
        _write(folder, f"{shelf}/{stem}.files/{asset.name}", bytes(asset.files.get(width=0).content))
    written.articles += 1
    written.files += len(assets)


def _naming_files(body: str, names: set[str], folder: str) -> str:
    """The text with the article's files named by where they lie."""

    def named(found: re.Match[str]) -> str:
        name = found["name"]
        return f"{found['head']}{folder}/{name}" if name in names else found[0]

    return changed_words(body, lambda words: _NAMED.sub(named, words)) if names else body


def _described(asset: Asset, path: str) -> dict[str, Any]:
    return _without_empty({"path": path, "alt": asset.alt, "decorative": asset.is_decorative})


def _shelf(category: Category) -> dict[str, Any]:
    position = {"position": category.position}
    names = ["title", "slug", "description", "icon", "audience", "tiers", "needs_approval"]
    return _without_empty({name: getattr(category, name) for name in names}) | position


def _front(article: Article, files: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands at the head of the article's file: its words, its place, its window, its surroundings."""
    revision = article.live or newest_revision(article)
    entry = getattr(article, "series_entry", None)
    former = article.former_slugs.select_related("category")
    optional: dict[str, Any] = {
        "summary": revision.summary,
        "keywords": list(revision.keywords),
        "audience": article.audience,
        "tiers": list(article.tiers),
        "state": "" if article.state == ArticleState.PUBLISHED else article.state,
        "shown_from": article.published_at,
        "shown_until": article.expires_at,
        "owner": article.owner.email if article.owner else "",
        "review_every_days": article.review_every_days,
        "series": {"title": entry.series.title, "position": entry.position} if entry else {},
        "related": [_place(picked.other) for picked in article.picked.select_related("other__category")],
        "former": sorted(f"{one.category.slug}/{one.slug}" for one in former),
        "successor": _place(article.successor) if article.successor else "",
        "anchors": aliases_of(revision.html),
        "files": files,
    }
    fixed = {"title": revision.title, "slug": article.slug, "position": article.position}
    return {**fixed, **_without_empty(optional), "updated_at": article.updated_at}


def _place(article: Article) -> str:
    return f"{article.category.slug}/{article.slug}"


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, [], {}, False)}
