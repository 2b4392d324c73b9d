"""What every trained model of texts has: a blend, a description of how it came about, and a way in and out of bytes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar, Self

import numpy as np
import structlog

from portal.lib.text.blend import Blend, restored
from portal.lib.text.embedding import Embedder, Unusable
from portal.lib.text.lexicon import READ
from portal.lib.text.storage import NotAModel, pack, unpack
from portal.lib.text.weights import Floats

log = structlog.get_logger("portal.system")


@dataclass(frozen=True)
class About:
    """How a model came about: the digest and number of its examples, its scores on folds it had not seen, and the
    recipe of the vectors it reads (empty: none)."""

    digest: str
    examples: int
    scores: dict[str, float]
    recipe: str


@dataclass(frozen=True)
class TextModel:
    """A trained model. Equal bytes make equal answers; `embedder` is what reads the texts, None for words alone."""

    blend: Blend
    about: About
    embedder: Embedder | None = None
    kind: ClassVar[str] = "text model"

    @property
    def labels(self) -> tuple[str, ...]:
        return self.blend.labels

    def confidences(self, texts: Sequence[str]) -> Floats:
        """One row per text, one column per label: how often a label with such a score is right.

        When the vectors cannot be had at the moment, the words alone are judged, by their own calibration."""
        read = [text[:READ] for text in texts]
        rows = self._rows(read)
        return self.blend.confidences(self.blend.scores(read, rows), with_vectors=rows is not None)

    def to_bytes(self) -> bytes:
        """The model as it is stored: arrays and JSON, no pickle."""
        return pack(self.kind, {**self.blend.head(), "about": asdict(self.about)}, self.blend.arrays())

    @classmethod
    def from_bytes(cls, raw: bytes, embedder: Embedder | None) -> Self:
        """The stored model. Raises NotAModel for anything else, and when it was trained on vectors of another recipe
        than the embedder makes; without an embedder it judges by the words alone."""
        head, arrays = unpack(cls.kind, raw)
        blend = restored(head, arrays)
        try:
            about = About(**head["about"])
        except (KeyError, TypeError) as error:
            raise NotAModel("The stored model does not say how it came about.") from error
        if embedder is not None and about.recipe and embedder.recipe != about.recipe:
            raise NotAModel(f"The model reads vectors of {about.recipe}, not of {embedder.recipe}: train it anew.")
        return cls(blend, about, embedder)

    def with_embedder(self, embedder: Embedder | None) -> Self:
        """The same model with another reader, for example with none."""
        return replace(self, embedder=embedder)

    @classmethod
    def rows_of(cls, texts: Sequence[str], embedder: Embedder | None) -> Floats | None:
        """What the dense half reads: here the vectors."""
        return None if embedder is None else embedder.encode(texts)

    def _rows(self, texts: list[str]) -> Floats | None:
        if self.about.recipe and self.embedder is None:
            return None
        try:
            rows = self.rows_of(texts, self.embedder if self.about.recipe else None)
        except Unusable as error:
            log.warning("text.vectors_missing", reason=str(error))
            return None
        expected = None if self.blend.dense is None else self.blend.dense.weights.shape[0]
        return rows if rows is not None and rows.shape[1] == expected and np.isfinite(rows).all() else None
