"""Snippets and terms: {{ name }} in the words of an article, written once elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.lib.markdown.fences import changed_words

_NAME = re.compile(r"(?<!\\)(?<!\$)\{\{[ \t]*(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)[ \t]*\}\}")
_ALONE = re.compile(rf"^(?P<indent>[ \t]*){_NAME.pattern}[ \t]*$", re.M)


@dataclass
class Expanded:
    """The source with snippets in their places, which those were, and names that no snippet has."""

    source: str
    uses: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def expanded(source: str, snippets: Mapping[str, str]) -> Expanded:
    """Puts in what is named; alone on its line a snippet is a block, within a sentence it joins it.

    What stands in a snippet is not looked through again, and code and `\\{{ name }}` stay as they are.
    """
    used: set[str] = set()
    unknown: set[str] = set()

    def body(found: re.Match[str]) -> str | None:
        name = found["name"]
        (used if name in snippets else unknown).add(name)
        return snippets.get(name)

    def block(found: re.Match[str]) -> str:
        text = body(found)
        if text is None:
            return found[0]
        return "\n".join(found["indent"] + line if line.strip() else "" for line in text.strip().splitlines())

    def phrase(found: re.Match[str]) -> str:
        text = body(found)
        return found[0] if text is None else " ".join(text.split())

    def change(words: str) -> str:
        return _ALONE.sub(block, words) if _ALONE.match(words.rstrip("\n")) else _NAME.sub(phrase, words)

    made = changed_words(source, change) if "{{" in source else source
    return Expanded(made, sorted(used), sorted(unknown))


def names(source: str) -> list[str]:
    """The snippets and terms that a text names, known or not."""
    return expanded(source, {}).unknown
