import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.management import CommandError, call_command
from django.test import Client

from helpcenter import demo
from helpcenter.actions import Manuscript, Order, import_folder, update_article, withdraw_article
from helpcenter.actions.articles import WORDS, newest_revision
from helpcenter.models import Article, Category, Vote
from portal.events.models import Event

pytestmark = pytest.mark.django_db
CONTENT = Path(portal_settings.BASE_DIR) / "helpcenter" / "content"


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(
        tmp_path / "guides",
        {
            "customer/account/index.md": "---\ntitle: Your account\ndescription: All.\nicon: user\nposition: 2\n---\n",
            "customer/account/billing.md": "---\ntitle: Billing\nslug: bills\nkeywords: [card, tax]\n---\n[b](b.md#x)",
            "customer/account/b.md": "---\ntitle: B\nposition: 1\nstate: draft\n---\n## X\n\n[a](billing.md)",
            "operations/on_call.md": "# Being on call\n\nText and [lost](gone.md).",
        },
    )


def brought_in(folder: Path, **ordered: Any) -> dict[str, int]:
    return import_folder(order=Order(folder, **ordered), by=None).counts


def test_a_folder_becomes_categories_and_articles(folder: Path) -> None:
    assert brought_in(folder) == {"category": 2, "new": 3, "lost link": 1}
    shelf = Category.objects.get(slug="account")
    assert (shelf.title, shelf.description, shelf.icon, shelf.position) == ("Your account", "All.", "user", 2)
    billing = Article.objects.get(slug="bills")
    assert (billing.state, billing.live.keywords, billing.read_by) == ("published", ["card", "tax"], "customer")
    assert billing.live.body == "[b](/help/account/b/#x)"
    assert Article.objects.get(slug="b").state == "draft"
    on_call = Article.objects.get(slug="on-call")
    assert (on_call.title, on_call.read_by, on_call.category.slug) == ("Being on call", "operations", "operations")


def test_the_same_folder_again_changes_nothing_and_is_not_news(folder: Path) -> None:
    brought_in(folder)
    before = Event.objects.count()
    assert brought_in(folder) == {"same": 3, "lost link": 1}
    assert Event.objects.count() == before


def test_a_changed_file_changes_its_article_even_when_its_address_changes(folder: Path, client: Client) -> None:
    brought_in(folder)
    fill(folder, {"customer/account/billing.md": "---\ntitle: Bills and taxes\nslug: taxes\n---\nNew."})
    assert brought_in(folder)["changed"] == 2  # and the one that links to it
    assert Article.objects.count() == 3
    assert client.get("/help/account/bills/")["Location"] == "/help/account/taxes/"


def test_who_reads_an_article_is_not_decided_again_by_a_later_import(folder: Path) -> None:
    brought_in(folder)
    article = Article.objects.get(slug="bills")
    words = {name: getattr(article.live, name) for name in WORDS}
    manuscript = Manuscript(article.category, slug=article.slug, audience="engineering", **words)
    update_article(article=article, manuscript=manuscript, by=None)
    withdraw_article(article=article, by=None)
    brought_in(folder, audience="customer")
    article.refresh_from_db()
    assert (article.audience, article.state) == ("engineering", "draft")


def test_a_dry_run_tells_and_leaves_nothing(folder: Path) -> None:
    assert brought_in(folder, dry_run=True)["new"] == 3
    assert not Article.objects.exists()
    assert not Category.objects.exists()
    assert not Event.objects.exists()


def test_a_folder_without_a_word_on_its_readers_is_for_the_staff(tmp_path: Path) -> None:
    fill(tmp_path / "loose", {"note.md": "Text"})
    brought_in(tmp_path / "loose")
    assert Article.objects.get().read_by == "operations"
    assert Article.objects.get().title == "Note"


def test_everything_can_go_into_one_category(folder: Path) -> None:
    brought_in(folder, category="handbook", audience="engineering")
    assert set(Article.objects.values_list("category__slug", flat=True)) == {"handbook"}
    assert Category.objects.get(slug="handbook").audience == "engineering"


def test_two_files_with_one_address_do_not_overwrite_each_other(tmp_path: Path) -> None:
    files = {"shelf/a.md": "---\nslug: same\n---\nA", "shelf/b.md": "---\nslug: same\n---\nB"}
    assert brought_in(fill(tmp_path, files)) == {"category": 1, "new": 1, "problem": 1}
    assert newest_revision(Article.objects.get()).body == "A"


def test_a_folder_may_be_called_like_a_page_of_the_help_center(tmp_path: Path) -> None:
    brought_in(fill(tmp_path, {"search/a.md": "A"}))
    assert Category.objects.get().slug == "search-articles"


def test_the_command_says_what_it_did(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_articles", folder)
    told = capsys.readouterr().out
    assert "customer/account/billing.md: /help/account/bills/" in told
    assert told.endswith("2 category, 1 lost link, 3 new.\n")
    with pytest.raises(CommandError):
        call_command("import_articles", folder / "missing")


def test_the_shipped_articles_come_in_whole_with_every_link_leading_somewhere() -> None:
    delivered = import_folder(order=Order(CONTENT), by=None)
    assert not delivered.counts.get("problem"), delivered.lines
    assert not delivered.counts.get("lost link"), delivered.lines
    anchors = {
        article.get_absolute_url(): set(re.findall(r' id="([^"]+)"', article.live.html))
        for article in Article.objects.select_related("category")
    }
    shelves = {shelf.get_absolute_url() for shelf in Category.objects.all()}
    broken = []
    for article in Article.objects.select_related("category"):
        own = article.get_absolute_url()
        for link in re.findall(r'href="((?:/help/|#)[^"]*)"', article.live.html):
            path, _mark, anchor = link.partition("#")
            target = path or own
            if target not in shelves and (
                anchor not in anchors.get(target, set()) if anchor else target not in anchors
            ):
                broken.append((own, link))
    assert broken == []


def test_the_twelve_articles_of_the_customers_stand_where_they_are_promised() -> None:
    import_folder(order=Order(CONTENT), by=None)
    promised = {
        "getting-started": ["account-setup", "first-ai-signals", "dashboard-guide"],
        "ai-features": ["understanding-ai-signals", "model-personalization", "performance-metrics"],
        "troubleshooting": ["login-issues", "payment-problems", "signal-delivery"],
        "account": ["subscription-management", "billing-payments", "account-security"],
    }
    customers = (
        Article.objects.filter(category__audience="customer")
        .exclude(category__slug__in=["tutorials", "developers"])
        .in_order()
    )
    found: dict[str, list[str]] = {}
    for article in customers:
        found.setdefault(article.category.slug, []).append(article.slug)
        assert len(article.live.text.split()) >= 250, article
        pictures = article.assets.filter(content_type__startswith="image/")
        assert pictures, f"{article} has no picture"
        assert all(one.size <= 60 * 1024 and f"/{one.name}" in article.live.html for one in pictures), article
    assert found == promised
    assert list(found) == list(promised)


def test_the_demo_furnishes_articles_and_votes(now: datetime) -> None:
    demo.furnish(now=now)
    assert Article.objects.filter(state="published").count() >= 12
    assert Vote.objects.count() > 50
    assert not Article.objects.filter(published_at__gte=now).exists()


def test_the_video_tutorial_has_a_clip_a_poster_captions_and_its_words() -> None:
    import_folder(order=Order(CONTENT), by=None)
    article = Article.objects.whole().get(category__slug="tutorials")
    kinds = dict(article.assets.values_list("name", "content_type"))
    assert sorted(kinds.values()) == ["image/jpeg", "text/vtt", "video/webm"]
    assert article.assets.get(content_type="video/webm").size < 1_500_000
    assert "<video" in article.live.html
    assert "Open a ticket. Articles that fit appear" in article.live.text
