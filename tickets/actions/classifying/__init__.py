"""What a ticket is about, read off its words: learned, suggested, applied where agents agreed, decided by people."""

from tickets.actions.classifying.deciding import decide, let_stand, settle_by_hand
from tickets.actions.classifying.judging import classify, classify_missing
from tickets.actions.classifying.learning import is_training_due, train
from tickets.actions.classifying.start import start_set

__all__ = [
    "classify",
    "classify_missing",
    "decide",
    "is_training_due",
    "let_stand",
    "settle_by_hand",
    "start_set",
    "train",
]
