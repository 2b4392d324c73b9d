"""Texts as vectors: the nearer two vectors, the nearer what the texts mean.

Whoever keeps vectors keeps `recipe` beside them; vectors of another recipe cannot be compared and are made anew.
"""

import importlib
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog
from django.conf import settings

from portal.lib.text.endpoint import Endpoint
from portal.lib.text.recipe import GRAPH, SHIPPED
from portal.lib.text.weights import Floats, Unusable

log = structlog.get_logger("portal.system")
__all__ = ["Embedder", "Unusable", "embedder", "from_bytes", "nearest", "to_bytes"]


class Embedder(Protocol):
    """Makes vectors. `encode` answers float32 rows of length one and may raise Unusable (an endpoint that is down)."""

    recipe: str

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats: ...


Choice = tuple[str, str, str, str]
_lock = threading.Lock()
_kept: dict[Choice, Embedder | None] = {}
_told: set[str] = set()


def embedder() -> Embedder | None:
    """The embedder that the settings choose, loaded once per process at the first call; None when there is none.

    A model that is missing or broken is told once in the log. One that is fetched later is taken up without a restart.
    """
    choice = (settings.EMBEDDING_URL, settings.EMBEDDING_KEY, settings.EMBEDDING_MODEL, str(settings.MODELS_DIR))
    if choice not in _kept:
        with _lock:
            if choice not in _kept:
                _load(choice)
    return _kept.get(choice)


def model_folder() -> Path:
    """Where the local model is, or would be."""
    return Path(settings.EMBEDDING_MODEL or Path(settings.MODELS_DIR) / SHIPPED)


def _load(choice: Choice) -> None:
    url, key, model, _ = choice
    if url:
        _kept[choice] = Endpoint(url, key, model)
    elif model == "off":
        _kept[choice] = None
    elif not (model_folder() / GRAPH).exists():
        _tell_once("text.model_missing", f"There is no model in {model_folder()}: run manage.py fetch_model.")
    else:
        _kept[choice] = _local(model_folder())


def _local(folder: Path) -> Embedder | None:
    local = importlib.import_module("portal.lib.text.local_model")  # costly to import, and often not needed
    try:
        return local.LocalModel(folder)
    except Unusable as error:
        _tell_once("text.model_broken", str(error))
        return None


def _tell_once(event: str, reason: str) -> None:
    if reason not in _told:
        _told.add(reason)
        log.warning(event, reason=reason)


def _forget() -> None:
    """A child process has memory of its own: it loads for itself, and nobody holds its lock."""
    global _lock
    _lock = threading.Lock()
    _kept.clear()


os.register_at_fork(after_in_child=_forget)


def to_bytes(vector: Floats) -> bytes:
    """A vector as it is kept in a row: float32, little-endian."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def from_bytes(rows: Iterable[bytes], dimensions: int) -> Floats:
    """Kept vectors as one matrix. Raises ValueError when one of them has another length."""
    joined = [bytes(row) for row in rows]
    if any(len(row) != 4 * dimensions for row in joined):
        raise ValueError(f"A kept vector has not {dimensions} dimensions.")
    matrix = np.frombuffer(b"".join(joined), dtype="<f4").reshape(len(joined), dimensions)
    return matrix.astype(np.float32, copy=False)


def nearest(matrix: Floats, query: Floats, k: int) -> list[tuple[int, float]]:
    """The numbers of the `k` rows nearest to the query, best first, each with its cosine; ties in the rows' order."""
    if not len(matrix) or k < 1:
        return []
    scores = matrix @ query
    found = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
    return [(int(row), float(scores[row])) for row in sorted(found, key=lambda row: (-scores[row], row))]
