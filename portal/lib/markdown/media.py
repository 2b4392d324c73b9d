"""Pictures, clips and attachments: an article names its own files; what lies elsewhere is linked, never loaded."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement

from django.utils.translation import gettext as _
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from portal.lib.markdown.captions import spoken
from portal.lib.markdown.values import File, Surroundings

SIZES = "(min-width: 60rem) 44rem, 100vw"
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|#|\?", re.I)
_LANGUAGE = re.compile(r"\.([a-z]{2})\.vtt$")
_PICTURES = (".webp", ".png", ".jpg", ".jpeg", ".svg")


@dataclass
class Found:
    """What was looked for among the article's files."""

    lost: set[str] = field(default_factory=set)


class Media(Treeprocessor):
    """Fits pictures and clips to the article's files. Paragraphs that hold nothing else become figures or players."""

    def __init__(self, md: Markdown, around: Surroundings, found: Found) -> None:
        super().__init__(md)
        self.around, self.found = around, found

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "img":
                    parent[index] = _tailed(self._phrase(child), child)
                elif child.tag == "p" and (image := _only_image(child)) is not None:
                    parent[index] = _tailed(self._block(child, image), child)
        for link in root.iter("a"):
            file = self._file(link.get("href", ""))
            if file is not None:
                link.set("href", file.url)

    def _file(self, src: str) -> File | None:
        """The article's file of that name; None for what lies elsewhere or is missing."""
        if not src or _ELSEWHERE.match(src):
            return None
        return self.around.files.get(unquote(src).removeprefix("./"))

    def _phrase(self, image: Element) -> Element:
        """A picture within a sentence; a clip or attachment there is a link."""
        src = image.get("src", "")
        file = self._file(src)
        if file is None:
            return image if _ELSEWHERE.match(src) else self._missing(image, src)
        if file.kind == "image":
            return _picture(image, file)
        return _link(file.url, image.get("alt") or unquote(src))

    def _missing(self, image: Element, src: str) -> Element:
        """Its words stand in for a picture that is not there (yet)."""
        self.found.lost.add(unquote(src))
        stand_in = Element("em")
        stand_in.text = f"[{image.get('alt') or unquote(src)}]"
        return stand_in

    def _block(self, paragraph: Element, image: Element) -> Element:
        src, title = image.get("src", ""), image.get("title", "")
        file, site = self._file(src), _site_of(src)
        if site:
            return self._card(image, site)
        if file is not None and file.kind == "video":
            return self._player(image, unquote(src).removeprefix("./"), file)
        paragraph[0] = self._phrase(image)
        if file is None or file.kind != "image" or not title:
            return paragraph
        figure = Element("figure")
        picture = paragraph[0]
        picture.attrib.pop("title", None)
        figure.append(picture)
        SubElement(figure, "figcaption").text = title
        return figure

    def _player(self, image: Element, name: str, file: File) -> Element:
        """The article's own clip, with the poster and the captions that lie beside it under the same name."""
        stem = name.rpartition(".")[0]
        frame = Element("div", {"class": "video"})
        video = SubElement(frame, "video", {"controls": "", "preload": "none", "src": file.url})
        video.set("aria-label", image.get("alt") or stem)
        poster = next((self.around.files[one] for one in self._beside(stem, _PICTURES)), None)
        if poster is not None:
            video.set("poster", poster.url)
        for side, value in (("width", file.width), ("height", file.height)):
            if value or (poster and getattr(poster, side)):
                video.set(side, str(value or getattr(poster, side)))
        for number, captions in enumerate(self._beside(stem, (".vtt",))):
            _add_captions(frame, video, captions, self.around.files[captions], is_first=number == 0)
        if image.get("title"):
            SubElement(frame, "p", {"class": "caption"}).text = image.get("title")
        return frame

    def _beside(self, stem: str, endings: tuple[str, ...]) -> list[str]:
        names = (name for name in sorted(self.around.files) if name.endswith(endings))
        return [name for name in names if re.sub(r"(\.[a-z]{2})?\.\w+$", "", name) == stem]

    def _card(self, image: Element, site: str) -> Element:
        """A clip on another site: its name and where it leads. Nothing of that site is asked before the reader goes."""
        card = Element("div", {"class": "video-card"})
        poster = self._file(image.get("title", ""))
        if poster is not None and poster.kind == "image":
            card.append(_picture(Element("img", {"alt": "", "class": "decorative"}), poster))
        said = SubElement(card, "p")
        link = SubElement(said, "a", {"href": image.get("src", "")})
        link.text = image.get("alt") or _("Video")
        note = SubElement(card, "p", {"class": "caption"})
        note.text = _("Plays on %(site)s. That site is contacted only when you follow the link.") % {"site": site}
        return card


def _add_captions(frame: Element, video: Element, name: str, file: File, *, is_first: bool) -> None:
    found = _LANGUAGE.search(name)
    language = found[1] if found else "en"
    track = SubElement(video, "track", {"kind": "captions", "src": file.url, "srclang": language})
    track.set("label", language.upper())
    if is_first:
        track.set("default", "")
    details = SubElement(frame, "details", {"class": "transcript"})
    SubElement(details, "summary").text = _("Transcript")
    for line in spoken(file.words).splitlines():
        SubElement(details, "p").text = line


def _picture(image: Element, file: File) -> Element:
    """An own picture with its size, so that nothing jumps, smaller copies for narrow screens, and its words."""
    image.set("src", file.url)
    classes = image.get("class", "").split()
    if "decorative" in classes or (file.is_decorative and not image.get("alt")):
        image.set("alt", "")
        image.set("class", " ".join(dict.fromkeys([*classes, "decorative"])))
    elif not image.get("alt"):
        image.set("alt", file.alt)
    if file.width and file.height:
        image.set("width", str(file.width))
        image.set("height", str(file.height))
        if file.widths:
            smaller = [f"{file.url}?w={width} {width}w" for width in sorted(file.widths)]
            image.set("srcset", ", ".join([*smaller, f"{file.url} {file.width}w"]))
            image.set("sizes", SIZES)
    return image


def _site_of(src: str) -> str:
    """The name of a video site whose address this is; empty for all else."""
    parts = urlsplit(src)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if parts.scheme != "https":
        return ""
    if host in {"youtube.com", "youtube-nocookie.com", "youtu.be"}:
        is_clip = host == "youtu.be" or "v" in parse_qs(parts.query) or parts.path.startswith(("/embed/", "/shorts/"))
        return "YouTube" if is_clip else ""
    return "Vimeo" if host in {"vimeo.com", "player.vimeo.com"} else ""


def _only_image(paragraph: Element) -> Element | None:
    is_alone = len(paragraph) == 1 and paragraph[0].tag == "img"
    said = (paragraph.text or "").strip() or (is_alone and (paragraph[0].tail or "").strip())
    return paragraph[0] if is_alone and not said else None


def _link(href: str, text: str) -> Element:
    link = Element("a", {"href": href})
    link.text = text
    return link


def _tailed(new: Element, old: Element) -> Element:
    if new is not old:
        new.tail = old.tail
    return new
