"""An embedder that knows a few meanings: words of one group point the same way, every other word its own."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from portal.lib.text.embedding import Unusable
from portal.lib.text.weights import Floats

MEANINGS = [{"car", "automobile", "vehicle"}, {"refund", "money", "reimburse"}, {"login", "password", "signin"}]


class FakeEmbedder:
    """`is_down` makes it refuse, `calls` counts."""

    def __init__(self, recipe: str = "fake-1", dimensions: int = 64) -> None:
        self.recipe, self.dimensions = recipe, dimensions
        self.is_down, self.calls = False, 0

    def encode(self, texts: Sequence[str]) -> Floats:
        self.calls += 1
        if self.is_down:
            raise Unusable("The fake is down.")
        rows = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimensions)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def _vector(self, text: str) -> Floats:
        vector = np.zeros(self.dimensions, dtype=np.float32)
        for word in re.findall(r"[a-z]+", text.lower()):
            meaning = next((str(number) for number, group in enumerate(MEANINGS) if word in group), word)
            vector[int(hashlib.sha256(meaning.encode()).hexdigest(), 16) % self.dimensions] += 1
        return vector
