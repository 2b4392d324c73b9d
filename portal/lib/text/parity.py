"""The gate of a converted model: sentences whose vectors and similarities are known."""

import numpy as np
from tokenizers import Tokenizer

from portal.lib.text.local_model import LocalModel
from portal.lib.text.reference import sentence_vector
from portal.lib.text.weights import Floats, Unusable

FULL_AT_LEAST, SMALL_AT_LEAST, KNOWN_WITHIN = 0.999, 0.98, 0.002

# Pairs and their similarity; the first three are those that the model's own documentation shows.
KNOWN = [
    ("The weather is lovely today.", "It's so sunny outside!", 0.6660),
    ("The weather is lovely today.", "He drove to the stadium.", 0.1046),
    ("It's so sunny outside!", "He drove to the stadium.", 0.1411),
    ("How do I reset my password?", "I forgot my password and cannot log in.", 0.7966),
    ("How do I reset my password?", "What does the Pro plan cost per month?", 0.1410),
    ("The export stops at half and shows an error.", "Exporting my records fails midway.", 0.6981),
    ("Where can I download last month's invoice?", "I need a copy of the bill for March.", 0.4752),
    ("Ich kann mich nicht anmelden 🙁", "We were charged twice in January!", -0.0069),
]


def check(weights: dict[str, Floats], tokens: Tokenizer, full: LocalModel, small: LocalModel) -> None:
    """Raises Unusable when the full graph differs from the reference or from what is known, or the small from it."""
    sentences = list(dict.fromkeys(sentence for first, second, _ in KNOWN for sentence in (first, second)))
    true = np.stack([sentence_vector(weights, tokens.encode(sentence).ids) for sentence in sentences])
    exact, rounded = full.encode(sentences), small.encode(sentences)
    _hold("full", float((true * exact).sum(axis=1).min()), FULL_AT_LEAST)
    _hold("small", float((exact * rounded).sum(axis=1).min()), SMALL_AT_LEAST)
    for first, second, known in KNOWN:
        found = float(exact[sentences.index(first)] @ exact[sentences.index(second)])
        if not abs(found - known) <= KNOWN_WITHIN:
            raise Unusable(f"The converted model strays: {first!r} and {second!r} are {found:.3f} alike, not {known}.")


def _hold(form: str, closeness: float, at_least: float) -> None:
    if not closeness >= at_least:
        raise Unusable(f"The converted model strays: its {form} form is only {closeness:.4f} like the original.")
