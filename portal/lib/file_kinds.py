"""What a file really is, told from its content. Its name only decides between kinds of plain text."""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.text import get_valid_filename

from portal.lib.markdown.captions import is_captions
from portal.lib.pictures import Unreadable, drawing, picture

# Shown by browsers in place; everything else is handed over to be kept.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "video/mp4", "video/webm", "text/vtt"}
# Of these alone a browser may show what a stranger sent, and only from an origin that is not ours.
HARMLESS = {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"
HEAD = 64 * 1024  # so much of a file tells what it is
PICTURE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_BEGINS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"\x1aE\xdf\xa3": "video/webm",
    b"\x1f\x8b": "application/gzip",
    b"7z\xbc\xaf\x27\x1c": "application/x-7z-compressed",
    b"MZ": PROGRAM,
    b"\x7fELF": PROGRAM,
    b"\xcf\xfa\xed\xfe": PROGRAM,
    b"\xce\xfa\xed\xfe": PROGRAM,
    b"\xca\xfe\xba\xbe": PROGRAM,
}
_TEXTS = {"csv": "text/csv", "json": "application/json", "yaml": "application/yaml", "yml": "application/yaml"}
_ZIPPED = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class Known:
    """A file as it may be kept: its bytes (a picture's without metadata), its type, the size of a picture."""

    content: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    can_shrink: bool = False


def told_by(head: bytes, name: str) -> str:
    """The type of a file by its first bytes (`HEAD` of them), without opening it: what a stranger sent is decoded in no
    web process. Text is text, whatever it says it is: drawings and pages too."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    ending = name.rpartition(".")[2].lower()
    if head.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(ending, "application/zip")
    begun = next((kind for start, kind in _BEGINS.items() if head.startswith(start)), "")
    if begun and begun != PROGRAM:
        return begun
    return _TEXTS.get(ending, "text/plain") if _is_text(head) else begun or UNKNOWN


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the last character may be cut off."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < HEAD:
            return False
        text = head[: error.start].decode("utf-8-sig")
    return "\x00" not in text


def plain_name(wanted: str) -> str:
    """A plain name for a file: the last part of its path, letters, digits, dots, dashes and underlines."""
    path = PurePosixPath(wanted.replace("\\", "/"))
    stem = get_valid_filename(path.stem or "file").lstrip(".")[:100] or "file"
    return f"{stem}{get_valid_filename(path.suffix[:15]).lower() if len(path.suffix) > 1 else ''}"


def shown_name(wanted: str) -> str:
    """The name as its owner knows it, safe to be shown: no path, nothing invisible that turns or hides a part of it."""
    bare = wanted.replace("\\", "/").rpartition("/")[2]
    plain = "".join(one for one in bare if unicodedata.category(one)[0] not in "CZ" or one == " ")
    stem, dot, ending = plain.strip().rpartition(".")
    return (f"{stem[:100]}.{ending[:15]}" if stem and dot else plain[:100]).strip() or "file"


def known(content: bytes, name: str) -> Known:
    """The file by its content. Raises Unreadable for a broken picture and for everything that is not on the list."""
    if content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        found = picture(content)
        return Known(found.content, found.content_type, found.width, found.height, can_shrink=not found.is_moving)
    if content[4:8] == b"ftyp":
        return Known(content, "video/mp4")
    if content.startswith(b"\x1aE\xdf\xa3") and b"webm" in content[:64]:
        return Known(content, "video/webm")
    if content.startswith(b"%PDF-"):
        return Known(content, "application/pdf")
    ending = name.rpartition(".")[2].lower()
    if content.startswith(b"PK\x03\x04"):
        return Known(content, _ZIPPED.get(ending, "application/zip"))
    return _written(content, ending)


def _written(content: bytes, ending: str) -> Known:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("of no kind that is kept here") from error
    if "\x00" in text:
        raise Unreadable("of no kind that is kept here")
    drawn = drawing(text)
    if drawn is not None:
        return Known(content, drawn.content_type, drawn.width or None, drawn.height or None)
    if is_captions(text):
        return Known(content, "text/vtt")
    return Known(content, _TEXTS.get(ending, "text/plain"))
