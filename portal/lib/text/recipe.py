"""What a model's folder holds, and the fingerprint under which its vectors are kept.

Vectors of two recipes cannot be compared: whoever keeps vectors keeps the recipe beside them and refuses another.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.lib.text.weights import Unusable, sha256_of

LONGEST = 256  # tokens of a text that are read
GRAPH, TOKENS, NOTE = "model.onnx", "tokenizer.json", "recipe.json"

# The model that is used unless somebody names another: all-MiniLM-L6-v2, published under Apache-2.0.
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_MADE_OF = f"{WEIGHTS} {VOCABULARY} mean unit int8-per-column-63-and-per-token-127 {LONGEST} 1"
SHIPPED = f"minilm-l6-v2-{hashlib.sha256(_MADE_OF.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Note:
    """What stands beside a converted model: its recipe and the digests of its two files."""

    recipe: str
    graph: str
    tokens: str


def write_note(folder: Path, recipe: str) -> None:
    note = Note(recipe, sha256_of(folder / GRAPH), sha256_of(folder / TOKENS))
    (folder / NOTE).write_text(json.dumps(asdict(note), indent=2) + "\n")


def recipe_of(folder: Path) -> str:
    """The recipe of the model in that folder. A folder without a note, as somebody else's, gets one from its files.

    Raises Unusable when a file is missing or not the one that was noted."""
    try:
        graph, tokens = sha256_of(folder / GRAPH), sha256_of(folder / TOKENS)
    except OSError:
        raise Unusable(f"There is no model in {folder}: it takes {GRAPH} and {TOKENS}.") from None
    if not (folder / NOTE).exists():
        return f"own-{hashlib.sha256(f'{graph} {tokens} {LONGEST}'.encode()).hexdigest()[:20]}"
    try:
        note = Note(**json.loads((folder / NOTE).read_text()))
    except (OSError, ValueError, TypeError):
        raise Unusable(f"The note beside the model in {folder} cannot be read.") from None
    if (note.graph, note.tokens) != (graph, tokens):
        raise Unusable(f"The model in {folder} is not the one that was converted: a file has changed.")
    return note.recipe


def is_ready(models: Path) -> bool:
    """Whether the shipped model is in place and whole."""
    try:
        return recipe_of(models / SHIPPED) == SHIPPED
    except Unusable:
        return False
