"""The allow list. What is not named here does not pass: no script, no style, no event attribute, no foreign picture."""

import re
from collections.abc import Mapping

import nh3
from pygments.token import STANDARD_TYPES

from portal.lib.markdown.anchors import IDS_OF_THE_PAGE
from portal.lib.markdown.dialects import TONES

_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"src", "srcset", "sizes", "alt", "title", "width", "height"},
    "input": {"checked"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "track": {"src", "srclang", "label", "default"},
    "video": {"src", "poster", "width", "height", "aria-label"},
    **{f"h{level}": {"id"} for level in (2, 3, 4, 5, 6)},
}
_TAGS = {
    *_ATTRIBUTES, "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "hr", "ins",
    "kbd", "li", "mark", "p", "pre", "s", "section", "span", "strong", "sub", "summary", "sup", "table", "tbody",
    "thead", "tr", "ul",
}  # fmt: skip
_MEDIA = {"img", "video", "track", "figure", "figcaption"}
_VALUES: dict[str, dict[str, set[str]]] = {
    "div": {"tabindex": {"0"}},
    "input": {"type": {"checkbox"}},
    "th": {"scope": {"col", "row"}},
    "track": {"kind": {"captions", "subtitles"}},
}
_CLASSES: dict[str, set[str]] = {
    "a": {"headerlink"},
    "details": {"transcript", *TONES},
    "div": {"admonition", "highlight", "scroll", "tabs", "video", "video-card", *TONES},
    "img": {"decorative"},
    "li": {"task-list-item"},
    "p": {"admonition-title", "caption", "tab-title"},
    "section": {"tab"},
    "span": {short for short in STANDARD_TYPES.values() if short},
    "ul": {"task-list"},
}
# Set on every one, whatever was written; none of these is allowed above, so none stands there twice.
_ALWAYS = {
    "<img": '<img loading="lazy"',
    "<input": '<input disabled="" aria-label="Step"',
    "<pre": '<pre tabindex="0"',
    "<video": '<video controls="" preload="none"',
}
_ALWAYS_ON = re.compile("|".join(_ALWAYS))
_SOURCES = {("img", "src"), ("video", "src"), ("video", "poster"), ("track", "src")}
_OWN = re.compile(r"/(?![/\\])[^\s\\]*\Z")
_BEFORE_A_PATH = re.compile(r"[^/?#]*")
_SCHEME = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_CANDIDATE = re.compile(r"(?P<url>\S+) \d{1,5}w\Z")
_SIZES = re.compile(r"[a-z0-9 .,:()%-]*\Z")
_NO_SOURCE = re.compile(r"<(?:img|track)(?![^>]* src=)[^>]*>|<video(?![^>]* src=)[^>]*>(?:\s|<track[^>]*>)*</video>")


def cleaned(unsafe: str, *, link_rel: str, media: bool = True, own: Mapping[str, str] | None = None) -> str:
    """Only what the lists above allow; whatever shows a file of another house is gone. `own` has the addresses of
    files that raw HTML may name."""

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        is_named = own and ((tag, attribute) in _SOURCES or (tag, attribute) == ("a", "href"))
        return _own_files_only(tag, attribute, own.get(value, value) if own and is_named else value)

    safe = nh3.clean(
        unsafe,
        tags=_TAGS if media else _TAGS - _MEDIA,
        attributes=_ATTRIBUTES,
        tag_attribute_values=_VALUES,
        allowed_classes=_CLASSES,
        attribute_filter=allowed,
        clean_content_tags={"script", "style", "title", "template"},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=link_rel,
        strip_comments=True,
    )
    return _ALWAYS_ON.sub(lambda found: _ALWAYS[found[0]], _NO_SOURCE.sub("", safe))


def _own_files_only(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) in _SOURCES:
        return value if _OWN.match(value) else None
    if (tag, attribute) == ("a", "href"):
        return value if _leads_somewhere(value) else None
    if attribute == "srcset":
        found = [_CANDIDATE.match(one.strip()) for one in value.split(",")]
        return value if all(one and _OWN.match(one["url"]) for one in found) else None
    if attribute == "sizes":
        return value if _SIZES.match(value) else None
    if attribute == "id":
        return None if value in IDS_OF_THE_PAGE else value
    return value


def _leads_somewhere(href: str) -> bool:
    """Whether what may be a scheme is one we know; a browser leaves out characters that hide another."""
    first = _BEFORE_A_PATH.match(href.strip())
    return ":" not in (first[0] if first else "") or _SCHEME.match(href.strip()) is not None
