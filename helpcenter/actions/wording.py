"""An article's Markdown as its readers get it: with its files, the snippets, and the anchors it had before."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from helpcenter.models import Article, AssetFile
from helpcenter.querysets import snippets
from portal.lib.markdown import File, Rendered, Surroundings, render
from portal.lib.markdown.terms import names
from portal.lib.refusals import Refused


def surroundings(article: Article, body: str, *, aliases: Mapping[str, str] | None = None) -> Surroundings:
    """What the body may name: the article's files as they are now, the snippets it uses, and what readers had."""
    former = article.live.html if article.live else ""
    return Surroundings(files=files_of(article), snippets=snippets(names(body)), former=former, aliases=aliases or {})


def files_of(article: Article) -> dict[str, File]:
    """The files of an article by name, as Markdown knows them."""
    assets = list(article.assets.all()) if article.pk else []
    if not assets:
        return {}
    contents = AssetFile.objects.filter(asset__in=assets)
    widths: dict[int, list[int]] = {}
    for asset_id, width in contents.filter(width__gt=0).values_list("asset_id", "width"):
        widths.setdefault(asset_id, []).append(width)
    captions = contents.filter(content_type="text/vtt").values_list("asset_id", "content")
    words = {asset_id: bytes(content).decode("utf-8", "replace") for asset_id, content in captions}
    return {
        asset.name: File(
            url=asset.get_absolute_url(),
            content_type=asset.content_type,
            width=asset.width,
            height=asset.height,
            alt=asset.alt,
            is_decorative=asset.is_decorative,
            widths=sorted(widths.get(asset.pk, [])),
            words=words.get(asset.pk, ""),
        )
        for asset in assets
    }


def worded(article: Article, body: str, *, aliases: Mapping[str, str] | None = None) -> Rendered:
    """The body rendered for saving. Refuses pasted pictures (`picture_pasted`), pictures without words
    (`picture_wordless`) and names that no snippet has (`snippet_unknown`)."""
    made = render(body, surroundings(article, body, aliases=aliases))
    if made.has_pasted:
        said = _(
            "A picture was pasted into the text. Add it to the article's files and name it: ![What it shows](name.png)"
        )
        raise Refused(said, code="picture_pasted")
    if made.wordless:
        said = _(
            "%(names)s: say in words what the picture shows, ![like this](%(first)s), or mark it {.decorative} "
            "if it tells nothing that the text does not."
        )
        raise Refused(said % {"names": ", ".join(made.wordless), "first": made.wordless[0]}, code="picture_wordless")
    if made.unknown:
        said = _(
            "There is no snippet or term called %(names)s. Add it first, or write \\{{ name }} to show the braces."
        )
        raise Refused(said % {"names": ", ".join(made.unknown)}, code="snippet_unknown")
    return made
