"""A trained model as bytes: arrays without pickle and a head in JSON. Nothing in them can be run."""

import io
import json
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

_FORM = 1
_HEAD = "head"
_AT_MOST = 256 * 1024 * 1024
# What zipfile, zlib, NumPy and JSON raise for bytes that are cut off, changed or of another kind.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError, struct.error, EOFError, LookupError, MemoryError),
    *(NotImplementedError, OSError, OverflowError, RuntimeError, SyntaxError, TypeError, ValueError),
)


class NotAModel(Exception):
    """These bytes are not what they should be, or do not fit what is used now; the sentence says why."""


def pack(kind: str, head: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Head and arrays as one compressed .npz; half precision and whole numbers stay as they are."""
    written = json.dumps({"kind": kind, "form": _FORM, **head}, ensure_ascii=False, allow_nan=False)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **{_HEAD: as_text(written), **arrays})
    return packed.getvalue()


def unpack(kind: str, raw: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Head and arrays. Raises NotAModel for anything but what `pack` made for this kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            if sum(part.file_size for part in parts.infolist()) > _AT_MOST:
                raise NotAModel("The stored model is larger than any of ours.")
        with np.load(io.BytesIO(raw), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        if any(not isinstance(one, np.ndarray) or one.dtype.kind not in "biuf" for one in arrays.values()):
            raise NotAModel("The stored model holds something else than numbers.")
        head = json.loads(text_of(arrays.pop(_HEAD)))
    except _DAMAGED as error:
        raise NotAModel("These bytes are no stored model.") from error
    if not isinstance(head, dict) or head.get("kind") != kind or head.get("form") != _FORM:
        raise NotAModel(f"These bytes are no {kind} of the present form.")
    if any(not np.isfinite(array).all() for array in arrays.values()):
        raise NotAModel("The stored model holds numbers that are none.")
    return head, arrays


def as_text(text: str) -> np.ndarray:
    """A text as an array of bytes."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def text_of(array: np.ndarray) -> str:
    return array.astype(np.uint8, casting="no").tobytes().decode()
