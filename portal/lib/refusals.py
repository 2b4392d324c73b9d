"""A legal request that the house declines, with a sentence for the person who asked."""

from typing import Any


class Refused(Exception):
    """Raised by actions. `str(refusal)` is shown to the person; `code` is for machines and tests."""

    def __init__(self, sentence: Any, *, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code

    def __str__(self) -> str:
        return str(self.sentence)
