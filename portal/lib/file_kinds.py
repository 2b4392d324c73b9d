"""What a file really is, told from its content. Its name only decides between kinds of plain text."""

from dataclasses import dataclass

from portal.lib.markdown.captions import is_captions
from portal.lib.pictures import Unreadable, drawing, picture

# Shown by browsers in place; everything else is handed over to be kept.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "video/mp4", "video/webm", "text/vtt"}
PICTURE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
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
