"""Files, snippets and folders in the staff workspace."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from helpcenter.models import Article, Snippet
from portal.accounts.states import StaffRole
from portal.lib.archives import Limits, Unacceptable, packed, unpack
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, SnippetFactory
from tests.helpcenter.test_admin import filled, staff
from tests.helpcenter.test_files import png

pytestmark = pytest.mark.django_db
IMPORT, EXPORT = reverse("admin:helpcenter_article_bring_in"), reverse("admin:helpcenter_article_take_out")


def zipped(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def uploaded(files: dict[str, str | bytes]) -> SimpleUploadedFile:
    return SimpleUploadedFile("articles.zip", zipped(files), "application/zip")


def test_an_editor_uploads_a_picture_with_words_and_the_text_shows_it(lead: Client) -> None:
    article = ArticleFactory(body="![](board.png){.decorative}")
    change = reverse("admin:helpcenter_article_change", args=[article.pk])
    values = filled(article.category, slug=article.slug, body="![](board.png){.decorative}", based_on=1)
    row = {"assets-0-article": article.pk, "assets-0-alt": "The board", "assets-TOTAL_FORMS": 1}
    picture = SimpleUploadedFile("board.png", png(600, 300), "image/png")
    answer = lead.post(change, {**values, **row, "assets-0-upload": picture, "_continue": "1"})
    assert answer.status_code == 302
    asset = article.assets.get()
    assert (asset.alt, asset.width, asset.added_by is not None) == ("The board", 600, True)
    assert asset.get_absolute_url() in Article.objects.whole().get(pk=article.pk).live.html
    bad = SimpleUploadedFile("x.exe", b"MZ\x90\xff\xfe")
    again = lead.post(change, {**values, "based_on": "", **row, "assets-0-upload": bad})
    assert "cannot be kept" in again.content.decode()


def test_what_saving_would_refuse_is_said_beside_the_text(lead: Client) -> None:
    answer = lead.post(reverse("admin:helpcenter_article_add"), filled(CategoryFactory(), body="{{ gone }}"))
    assert answer.status_code == 200
    assert "no snippet or term called gone" in answer.content.decode()
    assert not Article.objects.exists()


def test_an_editor_writes_changes_and_removes_a_snippet(lead: Client) -> None:
    lead.post(reverse("admin:helpcenter_snippet_add"), {"name": "limit", "kind": "term", "body": "ten"})
    snippet = Snippet.objects.get()
    change = reverse("admin:helpcenter_snippet_change", args=[snippet.pk])
    lead.post(change, {"kind": "term", "body": "twelve"})
    snippet.refresh_from_db()
    assert (snippet.name, snippet.body) == ("limit", "twelve")
    lead.post(reverse("admin:helpcenter_snippet_delete", args=[snippet.pk]), {"post": "yes"})
    assert not Snippet.objects.exists()
    used = SnippetFactory(name="used")
    ArticleFactory(body="{{ used }}")
    refused = lead.post(reverse("admin:helpcenter_snippet_delete", args=[used.pk]), {"post": "yes"})
    assert refused.status_code == 409


def test_a_zip_is_looked_at_first_and_then_brought_in(lead: Client) -> None:
    assert lead.get(IMPORT).status_code == 200
    looked = lead.post(
        IMPORT, {"folder": uploaded({"customer/start/a.md": "# A\n\n![x](b.png)", "customer/start/b.png": png()})}
    )
    assert "customer/start/a.md" in looked.content.decode()
    assert not Article.objects.exists()
    done = lead.post(IMPORT, {"token": looked.context["token"]})
    assert done.status_code == 302
    assert Article.objects.get().assets.get().name == "b.png"
    assert "no longer here" in lead.post(IMPORT, {"token": looked.context["token"]}).content.decode()


@pytest.mark.parametrize("name", ["../out.md", "/etc/out.md", "a\\..\\out.md", "C:/out.md"])
def test_a_zip_that_leads_outside_is_refused(lead: Client, name: str) -> None:
    answer = lead.post(IMPORT, {"folder": uploaded({name: "x"})})
    assert "is not imported" in answer.content.decode()
    assert not Article.objects.exists()


def test_links_too_many_files_and_too_much_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    for content, limits in (
        (made.getvalue(), Limits(100, 10)),
        (zipped({"a": "x", "b": "y"}), Limits(100, 1)),
        (zipped({"a": "x" * 200}), Limits(100, 10)),
        (b"no archive", Limits(100, 10)),
    ):
        with pytest.raises(Unacceptable):
            unpack(content, tmp_path, limits)
    (tmp_path / "in").mkdir()
    unpack(zipped({"a/b.md": "x", "__MACOSX/a": "y"}), tmp_path / "in", Limits(100, 10))
    assert zipfile.ZipFile(io.BytesIO(packed(tmp_path / "in"))).namelist() == ["a/b.md"]


def test_an_export_holds_what_this_person_reads(client: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    agent = staff(client, StaffRole.AGENT_L1)
    for audience in ("customer", "operations", "engineering"):
        ArticleFactory(category=CategoryFactory(slug=f"for-{audience}", audience=audience), slug="one")
    names = zipfile.ZipFile(io.BytesIO(agent.get(EXPORT).content)).namelist()
    assert "customer/for-customer/one.md" in names
    assert "operations/for-operations/one.md" in names
    assert not any("engineering" in name for name in names)
    assert agent.get(IMPORT).status_code == 403
