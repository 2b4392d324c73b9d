"""A folder written by the export and read by the import gives the same rows."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpcenter.actions import (
    Order,
    Phrase,
    Upload,
    Window,
    add_asset,
    archive_article,
    create_snippet,
    export_folder,
    import_folder,
    publish_article,
    update_article,
)
from helpcenter.models import Article, Category, RelatedArticle, SeriesEntry, Snippet
from tests.factories.accounts import StaffFactory
from tests.factories.helpcenter import (
    ArticleFactory,
    CategoryFactory,
    FormerArticleSlugFactory,
    RelatedArticleFactory,
    SeriesEntryFactory,
    SeriesFactory,
    VoteFactory,
)
from tests.helpcenter.test_articles import manuscript_of
from tests.helpcenter.test_files import SVG, VTT, WEBM, photo, png
from tests.helpcenter.test_import import CONTENT, fill

pytestmark = pytest.mark.django_db
PLACE = ["slug", "title", "summary", "audience", "tiers", "position", "state", "review_every_days", "updated_at"]
WINDOW = ["published_at", "expires_at"]
WORDS = ["title", "summary", "keywords", "body", "html", "toc", "text", "uses"]
SHELF = ["title", "slug", "description", "icon", "position", "audience", "tiers", "needs_approval"]
ASSET = ["name", "alt", "is_decorative", "content_type", "size", "digest", "width", "height"]


def rows() -> dict[str, Any]:
    """Everything that an article is, without the numbers that a database gives."""
    found: dict[str, Any] = {shelf.slug: [getattr(shelf, name) for name in SHELF] for shelf in Category.objects.all()}
    for article in Article.objects.whole().select_related("owner", "successor").in_order():
        revision = article.live or article.revisions.newest_first()[0]
        words = {name: getattr(revision, name) for name in WORDS}
        words["html"] = re.sub(r"/help/a/\d+/", "/help/a/N/", words["html"])
        found[article.get_absolute_url()] = {
            **{name: getattr(article, name) for name in [*PLACE, *WINDOW]},
            "category": article.category.slug,
            "owner": article.owner and article.owner.email,
            "successor": article.successor and article.successor.slug,
            "words": words,
            "assets": [[getattr(one, name) for name in ASSET] for one in article.assets.order_by("name")],
            "sizes": sorted(article.assets.values_list("name", "files__width")),
            "former": sorted(article.former_slugs.values_list("category__slug", "slug")),
        }
    found["related"] = sorted(RelatedArticle.objects.values_list("article__slug", "other__slug", "position"))
    found["series"] = sorted(SeriesEntry.objects.values_list("series__title", "article__slug", "position"))
    found["snippets"] = sorted(Snippet.objects.values_list("name", "kind", "body"))
    return found


def empty() -> None:
    for article in Article.objects.all():
        Article.objects.filter(pk=article.pk).update(live=None, state="draft", archived_at=None, successor=None)
    Article.objects.all().delete()
    Category.objects.all().delete()
    Snippet.objects.all().delete()


@pytest.fixture
def house(now: datetime) -> None:
    """Articles of every kind."""
    create_snippet(phrase=Phrase("product", "Quant **Edge**", "term"), by=None)
    public = CategoryFactory(title="Your: account", slug="account", description="All “of” it", icon="user", position=3)
    inner = CategoryFactory(slug="desk", audience="operations", needs_approval=False)
    paid = CategoryFactory(slug="paid", audience="members", tiers=["pro", "elite"])
    series = SeriesFactory(title="First steps")
    first = ArticleFactory(
        category=public, slug="first", keywords=["card, tax", "VAT"], summary="One: two", now=now - timedelta(days=9),
        body="\n    code first\n\n## Limits of {{ product }}\n\n![](board.png) [Photo](photo.jpg) `![x](board.png)`\n\n"
        '![Tour](tour.webm)\n\n<img src="line.svg" class="decorative">\n\n> [!TIP]\n> x\n\n[ref]: photo.jpg\n\n',
    )  # fmt: skip
    for name, content in {
        "board.png": png(1000, 400), "photo.jpg": photo(), "tour.webm": WEBM, "tour.de.vtt": VTT, "line.svg": SVG,
        "unused.txt": b"Kept all the same",
    }.items():  # fmt: skip
        upload = Upload(name, content, "The board" if name == "board.png" else "", is_decorative=name == "line.svg")
        add_asset(article=first, upload=upload, by=None, now=now)
    changed = manuscript_of(first, body=first.live.body.replace("## Limits of", "## How much of"))
    publish_article(article=update_article(article=first, manuscript=changed, by=None, now=now), by=None, now=now)
    Article.objects.filter(pk=first.pk).update(owner=StaffFactory(email="ann@portal.example"), review_every_days=90)
    second = ArticleFactory(
        category=public, slug="index", title="Index", body="# Index\n\nText", state="draft", now=now
    )
    third = ArticleFactory(category=inner, slug="third", audience="customer", position=7, now=now)
    publish_article(
        article=third, by=None, window=Window(None, now + timedelta(days=30)), now=now + timedelta(minutes=1)
    )
    gone = ArticleFactory(category=inner, slug="gone", audience="members", tiers=["pro"], now=now)
    archive_article(article=gone, successor=third, by=None, now=now)
    ArticleFactory(category=paid, slug="only-paid", body="", now=now)
    FormerArticleSlugFactory(article=first, category=public, slug="once")
    RelatedArticleFactory(article=first, other=third, position=1)
    RelatedArticleFactory(article=first, other=second, position=2)
    for position, article in enumerate([first, third], start=1):
        SeriesEntryFactory(series=series, article=article, position=position)


def test_what_was_exported_comes_back_the_same(house: None, tmp_path: Path) -> None:
    before = rows()
    export_folder(folder=tmp_path / "out", articles=Article.objects.whole().in_order())
    empty()
    delivered = import_folder(order=Order(tmp_path / "out"), by=None)
    assert not {"problem", "lost link", "lost file", "lost anchor"} & set(delivered.counts), delivered.lines
    assert rows() == before


def test_an_export_is_what_is_shown_and_neither_what_was_before_nor_what_is_at_work(
    house: None, now: datetime, tmp_path: Path
) -> None:
    first = Article.objects.whole().get(slug="first")
    shown, versions = first.live.body, first.revisions.count()
    assert versions > 1
    update_article(article=first, manuscript=manuscript_of(first, body="At work"), by=None, now=now)
    never_shown = Article.objects.get(slug="index", state="draft")
    update_article(article=never_shown, manuscript=manuscript_of(never_shown, body="Second try"), by=None, now=now)
    VoteFactory(article=first, is_helpful=True)
    export_folder(folder=tmp_path / "out", articles=Article.objects.whole().in_order())
    written = "".join(one.read_text() for one in (tmp_path / "out").rglob("*.md"))
    assert "At work" not in written
    assert "## Limits of" not in written, "An older revision's heading."
    before = rows()
    empty()
    import_folder(order=Order(tmp_path / "out"), by=None)
    assert rows() == before
    again = Article.objects.whole().get(slug="first")
    assert (again.live.body, again.live.number, again.revisions.count()) == (shown, 1, 1)
    assert not again.votes.exists()
    newest = Article.objects.get(slug="index", state="draft").revisions.get()
    assert (newest.body, newest.state) == ("Second try", "draft")


def test_the_second_export_is_the_first_one_and_changes_nothing(house: None, tmp_path: Path) -> None:
    export_folder(folder=tmp_path / "one", articles=Article.objects.whole().in_order())
    delivered = import_folder(order=Order(tmp_path / "one"), by=None)
    assert set(delivered.counts) == {"same"}, delivered.lines
    export_folder(folder=tmp_path / "two", articles=Article.objects.whole().in_order())

    def files(folder: Path) -> dict[str, bytes]:
        return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}

    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_the_shipped_articles_come_back_the_same(tmp_path: Path) -> None:
    import_folder(order=Order(CONTENT), by=None)
    before = rows()
    call_command("export_articles", tmp_path / "out", verbosity=0)
    empty()
    call_command("import_articles", tmp_path / "out", verbosity=0)
    assert rows() == before


def test_an_export_for_one_audience_holds_nothing_else(house: None, tmp_path: Path) -> None:
    call_command("export_articles", tmp_path / "out", audience="customer")
    written = {one.stem for one in (tmp_path / "out").rglob("*.md")}
    assert written == {"index", "first", "index-article", "third", "product"}
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export_articles", tmp_path / "out")


def test_files_beside_the_text_come_along_and_later_changes_follow(tmp_path: Path) -> None:
    body = "---\naudience: customer\n---\n![The board](../img/board.png) [T](../img/t.txt) ![Gone](../img/gone.png)\n"
    folder = fill(tmp_path / "docs", {"shelf/a.md": body, "img/t.txt": "Words", "../secret.txt": "No"})
    (folder / "img/board.png").write_bytes(png())
    (folder / "shelf/link.txt").symlink_to(tmp_path / "secret.txt")
    fill(folder, {"shelf/b.md": "[x](link.txt) [y](../../secret.txt) [z](/etc/passwd)"})
    assert import_folder(order=Order(folder), by=None).counts == {"category": 1, "new": 2, "lost file": 3}
    article = Article.objects.whole().get(slug="a")
    assert article.live.body == "![The board](board.png) [T](t.txt) ![Gone](../img/gone.png)"
    assert f"/help/a/{article.pk}/files/board.png" in article.live.html
    assert import_folder(order=Order(folder), by=None).counts == {"same": 2, "lost file": 3}
    (folder / "img/board.png").write_bytes(png(50, 50))
    assert import_folder(order=Order(folder), by=None).counts == {"changed": 1, "same": 1, "lost file": 3}
    assert Article.objects.whole().get(slug="a").assets.get(name="board.png").width == 50


def test_what_an_action_refuses_is_a_problem_of_one_file_only(tmp_path: Path) -> None:
    folder = fill(tmp_path / "docs", {"s/a.md": "{{ unknown }}", "s/b.md": "![](c.png)", "s/d.md": "Fine"})
    (folder / "s/c.png").write_bytes(png())
    delivered = import_folder(order=Order(folder), by=None)
    assert delivered.counts == {"category": 1, "problem": 2, "new": 1}
    assert "called unknown" in "\n".join(delivered.lines)
    assert "pictures without words: c.png" in "\n".join(delivered.lines)


def test_links_written_for_other_houses_find_their_page(tmp_path: Path) -> None:
    links = "[1](b.md/#x) [2](/s/b/#x) [3](b#x) [4](/s/b.md) [5](b.md#the-post-mortem) [6](b.md#nowhere) `[7](c.md)`"
    files = {
        "s/a.md": links,
        "s/b.md": "## X\n\n## The postmortem",
    }
    delivered = import_folder(order=Order(fill(tmp_path / "docs", files)), by=None)
    assert delivered.counts == {"category": 1, "new": 2, "mended": 1, "lost anchor": 1}
    html = Article.objects.whole().get(slug="a").live.html
    assert html.count('href="/help/s/b/#x"') == 3
    assert '<span id="the-post-mortem"></span>' in Article.objects.whole().get(slug="b").live.html


def test_who_may_not_write_for_an_audience_imports_nothing_for_it(tmp_path: Path) -> None:
    folder = fill(tmp_path / "docs", {"engineering/s/a.md": "A", "customer/t/b.md": "B"})
    delivered = import_folder(order=Order(folder, audiences={"customer"}), by=None)
    assert delivered.counts == {"category": 1, "new": 1, "problem": 1}
    assert Article.objects.get().slug == "b"
