"""Why a label was suggested: the words of the text that spoke for it."""

import re

import numpy as np

from portal.lib.text.blend import Blend
from portal.lib.text.lexicon import readable, words

_SAYS_NOTHING = set(
    "the is are was were am be been a an and or of in on at to for from by with it its this that these those i you we"
    " he she they me my our your their not no do does did have has had can could will would there here as if so but"
    " what which who how why when where then all any also only some more most own up down out over just than one two"
    " says said say asks ask since still again now today get got us them him her about after before every each"
    " der die das und ist sind ein eine ich wir sie nicht le la les et est un une de des je nous vous el los y es una"
    " il che di e o os um uma het een en".split()
)
_SPOKEN = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]{2,})?")


def telling_words(blend: Blend, text: str, label: str, *, most: int = 4) -> list[str]:
    """The words and pairs of words that speak most for a label against the others, strongest first.

    Empty when the words alone do not tell: then the meaning of the whole spoke, or nothing did. Numbers and words that
    are in every text are left out; a pair takes the place of its words."""
    vocabulary, place = blend.lexicon.words, blend.labels.index(label)
    columns, values = vocabulary.weigh(words(readable(text)))
    if not columns:
        return []
    pulls = blend.lexical.weights[columns]
    others = (pulls.sum(axis=1) - pulls[:, place]) / max(1, len(blend.labels) - 1)
    gains = np.array(values, dtype=np.float32) * (pulls[:, place] - others)
    found: list[str] = []
    for at in np.argsort(-gains, kind="stable"):
        word = vocabulary.terms[columns[at]]
        if gains[at] <= 0 or len(found) == most:
            break
        if _tells(word) and not any(set(word.split()) & set(one.split()) for one in found):
            found.append(word)
    return found


def _tells(word: str) -> bool:
    return bool(_SPOKEN.fullmatch(word)) and not set(word.split()) <= _SAYS_NOTHING
