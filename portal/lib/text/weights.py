"""The weights of a model as they were published: a safetensors file, read without its library."""

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_HEADER_AT_MOST = 10 * 1024 * 1024


class Unusable(Exception):
    """This model cannot be had or must not be used; the sentence says why."""


def sha256_of(path: Path) -> str:
    """The digest of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(path: Path, sha256: str) -> dict[str, Floats]:
    """Every float32 tensor by its name. Raises Unusable unless the file is the very one that is expected."""
    if sha256_of(path) != sha256:
        raise Unusable(f"{path.name} is not the file that was published: its digest differs from {sha256[:8]}….")
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    if length > _HEADER_AT_MOST:
        raise Unusable(f"{path.name} is no safetensors file.")
    header = json.loads(raw[8 : 8 + length])
    return {
        name: _tensor(raw, 8 + length, entry)
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def _tensor(raw: bytes, start: int, entry: dict[str, list[int]]) -> Floats:
    first, last = entry["data_offsets"]
    values = np.frombuffer(raw, dtype="<f4", count=(last - first) // 4, offset=start + first)
    return values.reshape(entry["shape"])
