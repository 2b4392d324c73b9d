"""A small set of support questions, made by combining phrases, and an embedder that needs no model."""

import hashlib
import itertools
from collections.abc import Sequence

import numpy as np

from portal.lib.text.weights import Floats

PHRASES = {
    "billing": (["the invoice", "my bill", "the last charge"], ["is too high", "shows a wrong address", "came twice"]),
    "sign_in": (["my password", "the log-in", "the code from my phone"], ["is refused", "does not work", "expired"]),
    "export": (["the CSV export", "the report download", "the nightly export"], ["stops at half", "is empty", "hangs"]),
}
ENDINGS = ["", " since Monday", ", please look into it", " on all our machines"]


def questions() -> tuple[list[str], list[str]]:
    """108 questions of three labels, in a fixed order."""
    found = [
        (f"{subject} {trouble}{ending}", label)
        for label, (subjects, troubles) in PHRASES.items()
        for subject, trouble, ending in itertools.product(subjects, troubles, ENDINGS)
    ]
    return [text for text, _ in found], [label for _, label in found]


class WordSum:
    """The sum of one random vector per word: enough for texts that share words."""

    recipe = "word-sum"
    dimensions = 32

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows = np.stack([np.sum([self._word(word) for word in [*text.lower().split(), "."]], axis=0) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def _word(self, word: str) -> Floats:
        seed = int.from_bytes(hashlib.sha256(word.encode(errors="replace")).digest()[:4], "big")
        return np.random.default_rng(seed).normal(size=self.dimensions).astype(np.float32)
