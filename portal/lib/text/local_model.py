"""A model in a folder, run in this process on one core."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from portal.lib.text.recipe import GRAPH, LONGEST, TOKENS, recipe_of
from portal.lib.text.weights import Floats, Unusable

_TOKENS_AT_ONCE = 256  # small batches are the quickest on one core, and need little memory
_CHARACTERS = LONGEST * 40  # more is never read


class LocalModel:
    """Loads at once. Raises Unusable when the folder holds no whole model; then nothing is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.recipe = recipe_of(folder)
        try:
            self._tokenizer = tokenizer(folder / TOKENS)
            self._session = session(folder / GRAPH)
            self.dimensions = int(self._session.get_outputs()[0].shape[-1])
            self._inputs = {one.name for one in self._session.get_inputs()}
        # tokenizers raises a bare Exception then, onnxruntime fifteen classes without a common base.
        except Exception as error:  # a file cut off, foreign or of another version: told once, words alone go on
            raise Unusable(f"The model in {folder} cannot be loaded: {error}") from error

    def encode(self, texts: Sequence[str]) -> Floats:
        """One unit row per text, in the order of the texts; only the first 256 tokens of a text count."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        read = [self._tokenizer.encode(_readable(text)) for text in texts]  # one by one starts no threads
        for places in _batches([len(one.ids) for one in read]):
            vectors[places] = self._run([read[place] for place in places])
        return vectors

    def _run(self, read: list[Encoding]) -> Floats:
        tokens = np.zeros((len(read), max(len(one.ids) for one in read)), dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, one in enumerate(read):
            tokens[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        asked = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        answer = self._session.run(None, {name: asked[name] for name in self._inputs})[0]
        return answer / np.maximum(np.linalg.norm(answer, axis=1, keepdims=True), 1e-12)


def tokenizer(path: Path) -> Tokenizer:
    """The published file pads and cuts to 128 tokens; neither is wanted."""
    found = Tokenizer.from_file(str(path))
    found.no_padding()
    found.enable_truncation(LONGEST)
    return found


def session(path: Path) -> onnxruntime.InferenceSession:
    """One thread, no memory held between calls."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _readable(text: str) -> str:
    """Half a character, as a broken form may send, cannot be tokenized."""
    return text[:_CHARACTERS].encode(errors="replace").decode()


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Places of texts of about the same length, so that little is padded."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
