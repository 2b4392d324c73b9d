"""Files of articles: what they really are, who may have them, how they are handed over."""

import io
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from PIL import Image

from helpcenter.actions import (
    Upload,
    Window,
    add_asset,
    describe_asset,
    publish_article,
    remove_asset,
    replace_asset,
    update_article,
    withdraw_article,
)
from helpcenter.models import Article, Asset
from helpcenter.views.files import PIECE
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory
from tests.helpcenter.test_articles import manuscript_of, told

pytestmark = pytest.mark.django_db
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nOpen the dashboard.\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320"><script>alert(1)</script></svg>'


def png(width: int = 20, height: int = 10) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "PNG")
    return made.getvalue()


def photo() -> bytes:
    """As a telephone writes it: lying on its side, with the place where it was taken."""
    made = io.BytesIO()
    image = Image.new("RGB", (40, 20), "teal")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Ann"
    image.save(made, "JPEG", exif=exif)
    return made.getvalue()


def keep(article: Article, name: str, content: bytes, **described: object) -> Asset:
    return add_asset(article=article, upload=Upload(name, content, **described), by=None)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", png(), "image/png"),
        ("photo.png", photo(), "image/jpeg"),
        ("a.jpg", SVG, "image/svg+xml"),
        ("a.webm", WEBM, "video/webm"),
        ("a.bin", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 20, "video/mp4"),
        ("a.vtt", VTT, "text/vtt"),
        ("a.html", b"<html><script>alert(1)</script>", "text/plain"),
        ("a.exe", b"%PDF-1.7 ...", "application/pdf"),
        ("a.csv", b"a,b\n1,2\n", "text/csv"),
        ("a.docx", b"PK\x03\x04....", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, kind: str) -> None:
    assert keep(ArticleFactory(), name, content).content_type == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00\x03\xff\xfe", "file_unknown"),
        (png()[:40], "file_unknown"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg></svg>', None),
        (b'<?xml version="1.0"?><svg><!ENTITY a "b"></svg>', "file_unknown"),
    ],
)
def test_what_is_no_known_file_is_refused_with_a_sentence(content: bytes, code: str | None) -> None:
    if code is None:
        assert keep(ArticleFactory(), "x.svg", content).content_type == "text/plain"
        return
    with pytest.raises(Refused) as refusal:
        keep(ArticleFactory(), "x", content)
    assert refusal.value.code == code


def test_a_file_that_is_too_large_is_refused(settings) -> None:
    settings.HELP_FILE_LIMITS_MB = {"other": 0}
    with pytest.raises(Refused, match="larger than 0 MB"):
        keep(ArticleFactory(), "x.txt", b"Words")


def test_a_photo_stands_upright_and_tells_nothing_of_its_camera() -> None:
    asset = keep(ArticleFactory(), "../Hall way.jpeg", photo())
    assert (asset.name, asset.width, asset.height) == ("Hall_way.jpeg", 20, 40)
    kept = bytes(asset.files.get(width=0).content)
    assert b"Camera" not in kept
    again = keep(ArticleFactory(), "a.jpeg", kept)
    assert again.digest == asset.digest


def test_a_large_picture_has_smaller_copies_and_the_page_offers_them() -> None:
    article = ArticleFactory(body="Look: ![The board](board.png)")
    keep(article, "board.png", png(1200, 600))
    article = Article.objects.whole().get(pk=article.pk)
    assert list(article.assets.get().files.order_by("width").values_list("width", flat=True)) == [0, 480, 960]
    address = f"/help/a/{article.pk}/files/board.png"
    assert f'srcset="{address}?w=480 480w, {address}?w=960 960w, {address} 1200w"' in article.live.html
    assert told()[-2:] == ["article.files_changed", "article.refreshed"]


def test_an_article_is_not_saved_with_a_picture_that_has_no_words() -> None:
    article = ArticleFactory()
    keep(article, "board.png", png())
    with pytest.raises(Refused, match=r"board\.png: say in words") as refusal:
        update_article(article=article, manuscript=manuscript_of(article, body="![](board.png)"), by=None)
    assert refusal.value.code == "picture_wordless"
    for body in ("![The board](board.png)", "![](board.png){.decorative}"):
        update_article(article=article, manuscript=manuscript_of(article, body=body), by=None)
    describe_asset(asset=article.assets.get(), alt="The board", is_decorative=False, by=None)
    update_article(article=article, manuscript=manuscript_of(article, body="![](board.png)"), by=None)


def test_a_pasted_picture_is_refused_with_the_way_to_do_it() -> None:
    article = ArticleFactory()
    with pytest.raises(Refused, match="article's files"):
        update_article(
            article=article, manuscript=manuscript_of(article, body="![x](data:image/png;base64,A)"), by=None
        )


def test_a_file_in_use_stays_and_one_out_of_use_goes() -> None:
    article = ArticleFactory(body="![The board](board.png)")
    asset = keep(article, "board.png", png())
    with pytest.raises(Refused, match=r"shows board\.png"):
        remove_asset(asset=asset, by=None)
    update_article(article=article, manuscript=manuscript_of(article, body="Words."), by=None)
    publish_article(article=article, by=None)
    remove_asset(asset=asset, by=None)
    assert not Asset.objects.exists()


def test_the_same_content_again_is_not_news_and_another_one_is() -> None:
    article = ArticleFactory(body="![The board](board.png)")
    asset = keep(article, "board.png", png())
    before = told()
    replace_asset(asset=asset, upload=Upload("board.png", png()), by=None)
    assert told() == before
    replace_asset(asset=asset, upload=Upload("x.png", png(40, 40)), by=None)
    article = Article.objects.whole().get(pk=article.pk)
    assert 'width="40"' in article.live.html
    with pytest.raises(Refused, match=r"has a file called board\.png"):
        keep(article, "board.png", png())


def test_captions_that_come_later_are_read_and_found(client: Client) -> None:
    article = ArticleFactory(body="![The tour](tour.webm)")
    keep(article, "tour.webm", WEBM)
    keep(article, "tour.vtt", VTT)
    assert "Open the dashboard." in Article.objects.whole().get(pk=article.pk).live.text
    found = client.get("/help/search/?q=dashboard")
    assert article.title in found.content.decode()


def test_a_file_obeys_its_article(client: Client, now: datetime) -> None:
    public, internal = ArticleFactory(), ArticleFactory(category=CategoryFactory(audience="operations"))
    draft, expired = ArticleFactory(state="draft"), ArticleFactory(now=now - timedelta(days=9))
    publish_article(article=expired, by=None, window=Window(None, now - timedelta(days=1)), now=now - timedelta(days=8))
    assets = [keep(article, "notes.txt", b"Words") for article in (public, internal, draft, expired)]

    def statuses() -> list[int]:
        return [client.get(asset.get_absolute_url()).status_code for asset in assets]

    assert statuses() == [200, 404, 404, 404]
    client.force_login(UserFactory())
    assert statuses() == [200, 404, 404, 404]
    client.force_login(StaffFactory(role="agent-l2"))
    assert statuses() == [200, 200, 200, 200]
    assert set(Asset.objects.visible_to(AnonymousUser())) == {assets[0]}
    client.logout()
    withdraw_article(article=public, by=None)
    assert statuses() == [404, 404, 404, 404]


def test_a_file_is_handed_over_with_manners(client: Client) -> None:
    article = ArticleFactory()
    shown = client.get(keep(article, "a.png", png(500, 300)).get_absolute_url())
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Cache-Control"] == "public, max-age=300"
    assert "Content-Disposition" not in shown
    small = client.get(f"/help/a/{article.pk}/files/a.png?w=480")
    assert (small["Content-Type"], small["ETag"] != shown["ETag"]) == ("image/webp", True)
    assert client.get(f"/help/a/{article.pk}/files/a.png?w=77").content == shown.content
    again = client.get(f"/help/a/{article.pk}/files/a.png", headers={"If-None-Match": shown["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    drawing = client.get(keep(article, "a.svg", SVG).get_absolute_url())
    assert "sandbox" in drawing["Content-Security-Policy"]
    assert "script-src" not in drawing["Content-Security-Policy"]
    page = client.get(keep(article, "a.html", b"<script>alert(1)</script>").get_absolute_url())
    assert page["Content-Type"] == "text/plain"
    assert page["Content-Disposition"] == 'attachment; filename="a.html"'
    client.force_login(UserFactory())
    assert client.get(f"/help/a/{article.pk}/files/a.png")["Cache-Control"] == "private, no-cache"


def test_a_clip_comes_in_the_pieces_that_a_player_asks_for(client: Client) -> None:
    content = WEBM + bytes(range(256)) * 6000
    address = keep(ArticleFactory(), "a.webm", content).get_absolute_url()
    whole = client.get(address)
    assert b"".join(whole) == content
    assert whole["Accept-Ranges"] == "bytes"

    def part(asked: str, **more: str) -> tuple[int, str, bytes]:
        answer = client.get(address, headers={"Range": asked, **more})
        return answer.status_code, answer.get("Content-Range", ""), b"".join(answer)

    size = len(content)
    assert part("bytes=0-9") == (206, f"bytes 0-9/{size}", content[:10])
    assert part(f"bytes={PIECE - 5}-{PIECE + 5}")[2] == content[PIECE - 5 : PIECE + 6]
    assert part("bytes=-7") == (206, f"bytes {size - 7}-{size - 1}/{size}", content[-7:])
    assert part("bytes=5-") == (206, f"bytes 5-{size - 1}/{size}", content[5:])
    assert part(f"bytes={size}-")[:2] == (416, f"bytes */{size}")
    assert part("bytes=0-9", **{"If-Range": '"other"'})[0] == 200
    head = client.head(address)
    assert (head["Content-Length"], head.content) == (str(size), b"")
