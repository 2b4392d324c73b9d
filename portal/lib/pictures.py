"""Pictures: what they really are, without what their cameras tell, and in smaller sizes."""

import io
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_TELLING = {"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment", "Raw profile type exif"}  # keys of image.info
_QUALITY = 82
_SVG = re.compile(r"\A\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<svg\b(?P<attributes>[^>]*)>", re.S)
_VIEW_BOX = re.compile(r"""viewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+(?P<width>[\d.]+)[\s,]+(?P<height>[\d.]+)""")


class Unreadable(Exception):
    """Says in its text what is wrong with the file; no picture can be made of it."""


@dataclass(frozen=True)
class Picture:
    """A picture as it may be shown: its bytes without metadata, its type and size."""

    content: bytes
    content_type: str
    width: int
    height: int
    is_moving: bool = False


def picture(content: bytes) -> Picture:
    """The picture, checked to its last row; turned upright and written anew if it had metadata. Raises Unreadable."""
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable("too many pixels")
            image.load()
            kind, is_moving = image.format or "", getattr(image, "n_frames", 1) > 1
            kept = _bare(image, kind, is_moving) if _tells(image) else content
            width, height = _upright(image, is_moving)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable(str(error)) from error
    return Picture(kept, FORMATS[kind], width, height, is_moving)


def _tells(image: Image.Image) -> bool:
    return bool(_TELLING & set(image.info)) or bool(getattr(image, "text", None)) or bool(image.getexif())


def _upright(image: Image.Image, is_moving: bool) -> tuple[int, int]:
    turned = image if is_moving else ImageOps.exif_transpose(image)
    return turned.size


def _bare(image: Image.Image, kind: str, is_moving: bool) -> bytes:
    made = io.BytesIO()
    profile = image.info.get("icc_profile")
    options = {"icc_profile": profile} if profile and kind != "GIF" else {}
    if is_moving:
        for key in [*_TELLING, "text"]:
            image.info.pop(key, None)
        image.save(made, kind, save_all=True, exif=b"", **options)
        return made.getvalue()
    turned = ImageOps.exif_transpose(image)
    fresh = Image.new(turned.mode, turned.size)
    fresh.paste(turned)
    if turned.mode == "P":
        fresh.putpalette(turned.getpalette() or [])
    quality = {"quality": 92} if kind in {"JPEG", "WEBP"} else {}
    fresh.save(made, kind, **options, **quality)
    return made.getvalue()


def smaller(content: bytes, width: int) -> bytes:
    """The picture in that width as WebP."""
    with Image.open(io.BytesIO(content), formats=list(FORMATS)) as image:
        upright = ImageOps.exif_transpose(image)
        has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
        plain = upright.convert("RGBA" if has_alpha else "RGB")
        made = io.BytesIO()
        height = max(1, round(plain.height * width / plain.width))
        plain.resize((width, height), Image.Resampling.LANCZOS).save(made, "WEBP", quality=_QUALITY, method=4)
    return made.getvalue()


def thumbnail(content: BinaryIO, width: int, *, most_pixels: int) -> bytes:
    """The first picture of a file that a stranger sent, written anew as a small WebP. Raises Unreadable.

    Its size is read before a pixel is: what would unfold to more than `most_pixels` is never opened.
    """
    try:
        with Image.open(content, formats=list(FORMATS)) as image:
            if image.width * image.height > most_pixels:
                raise Unreadable("too many pixels")
            image.draft("RGB", (width * 2, width * 2))  # JPEGs are read smaller from the start
            image.load()
            plain = ImageOps.exif_transpose(image).convert("RGBA")
            plain.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
            made = io.BytesIO()
            plain.save(made, "WEBP", quality=_QUALITY, method=4)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
        MemoryError,
        struct.error,
    ) as error:
        raise Unreadable(str(error)) from error
    return made.getvalue()


def drawing(text: str) -> Picture | None:
    """An SVG with the size that its view box tells; None when it is none. Not to be trusted: serve it with a policy."""
    found = _SVG.match(text.removeprefix("\ufeff"))
    if found is None:
        return None
    if "<!ENTITY" in text:
        raise Unreadable("it defines entities")
    box = _VIEW_BOX.search(found["attributes"])
    width, height = (round(float(box["width"])), round(float(box["height"]))) if box else (0, 0)
    return Picture(text.encode(), "image/svg+xml", width, height)
