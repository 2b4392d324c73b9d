"""Whether a question sounds angry, by a small trained model that is shipped beside this file.

`manage.py train_moods` makes it from the start set of `portal.lib.text.sentiment`: words and a list of words with
moods, no vectors, so that it feels the same with any language model and with none. It hears about three of four angry
texts and takes about one ordinary question in fifty for one. So it is a second opinion: the rules (`rules`) decide
first, and a feeling alone only fetches a person where no article answers. Without the file the rules stand alone.
"""

from functools import cache
from pathlib import Path

import structlog

from portal.lib.text.sentiment import Sentiment
from portal.lib.text.storage import NotAModel

MODEL = Path(__file__).with_name("moods.npz")
SURE = 0.9
log = structlog.get_logger("portal.system")


def sounds_angry(text: str) -> bool:
    """True when the model is sure of it."""
    model = shipped_model()
    mood = model.feel(text) if model else None
    return mood is not None and mood.label == "negative" and mood.confidence >= SURE


@cache
def shipped_model() -> Sentiment | None:
    """Read once per process; None when the file is missing or damaged."""
    try:
        return Sentiment.from_bytes(MODEL.read_bytes(), None)
    except (OSError, NotAModel) as error:
        log.warning("answers.no_moods", reason=str(error))
        return None
