"""A model behind an address that the operator named: an OpenAI-compatible /embeddings."""

import hashlib
import json
import time
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from portal.lib.fetch import Answer, Forbidden, Limits, Request, Unreachable, fetch
from portal.lib.text.weights import Floats, Unusable

_AT_ONCE = 64
_SECONDS_SHORT, _SECONDS_LONG = 2.0, 30.0  # a reader waits for a few texts, a worker for many
_FEW = 4
_REST_S = 30.0
_CHARACTERS = 8000


class Endpoint:
    """Asks for vectors, each call within a deadline. After a failure it rests a while and refuses at once."""

    def __init__(self, url: str, key: str, model: str) -> None:
        self.recipe = f"endpoint-{hashlib.sha256(f'{url} {model}'.encode()).hexdigest()[:20]}"
        self._url, self._key, self._model = f"{url.rstrip('/').removesuffix('/embeddings')}/embeddings", key, model
        self._rests_until = 0.0

    @cached_property
    def dimensions(self) -> int:
        """Asked once. Raises Unusable like `encode`."""
        return int(self.encode(["length"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """One unit row per text. Raises Unusable when the address does not answer properly or in time."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if time.monotonic() < self._rests_until:
            raise Unusable("The embeddings endpoint failed a moment ago and is not asked again yet.")
        parts = [texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE)]
        try:
            return np.concatenate([self._ask(part) for part in parts])
        except Unusable:
            self._rests_until = time.monotonic() + _REST_S
            raise

    def _ask(self, texts: Sequence[str]) -> Floats:
        body = json.dumps({"model": self._model, "input": [text[:_CHARACTERS] or " " for text in texts]})
        headers = {"Content-Type": "application/json", "User-Agent": "portal-embeddings/1"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        seconds = _SECONDS_SHORT if len(texts) <= _FEW else _SECONDS_LONG
        limits = Limits(seconds=seconds, most_bytes=len(texts) * 128 * 1024, is_operators_own=True)
        try:
            answer = fetch(self._url, Request("POST", body.encode(errors="replace"), headers), limits=limits)
        except (Forbidden, Unreachable) as error:
            raise Unusable(f"The embeddings endpoint does not answer: {error}") from error
        return _vectors(answer, len(texts))


def _vectors(answer: Answer, count: int) -> Floats:
    if answer.status != 200:
        raise Unusable(f"The embeddings endpoint answers {answer.status}.")
    try:
        rows = sorted(json.loads(answer.body)["data"], key=lambda row: int(row["index"]))
        vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
    except (ValueError, KeyError, TypeError):
        raise Unusable("The embeddings endpoint answers something else than vectors.") from None
    if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
        raise Unusable("The embeddings endpoint answers something else than one vector per text.")
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
