"""The model drawn from published weights: `python -m portal.lib.text.drawing PUBLISHED TARGET`.

A process of its own, since the library that draws graphs is not installed: it comes and goes with the weights.
"""

import shutil
import sys
from pathlib import Path

import onnx

from portal.lib.text import parity
from portal.lib.text.graph import build
from portal.lib.text.local_model import LocalModel, tokenizer
from portal.lib.text.recipe import GRAPH, SHIPPED, TOKENS, VOCABULARY, WEIGHTS, write_note
from portal.lib.text.weights import Unusable, read_weights, sha256_of


def convert(published: Path, target: Path) -> None:
    """Both forms of the graph are drawn and compared with an independent reading of the weights; the small one is
    kept in `target`. Raises Unusable when a file is not the published one or a vector strays."""
    weights = read_weights(published / "model.safetensors", WEIGHTS)
    if sha256_of(published / TOKENS) != VOCABULARY:
        raise Unusable(f"{TOKENS} is not the file that was published: its digest differs from {VOCABULARY[:8]}….")
    full = target.with_name("full")
    for folder, small in ((full, False), (target, True)):
        folder.mkdir()
        shutil.copyfile(published / TOKENS, folder / TOKENS)
        onnx.save(build(weights, small=small), folder / GRAPH)
    write_note(target, SHIPPED)
    parity.check(weights, tokenizer(target / TOKENS), LocalModel(full), LocalModel(target))


if __name__ == "__main__":
    try:
        convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except Unusable as error:
        sys.exit(str(error))
