"""Fenced code of a folder arrives character by character wherever it stands: callouts, tabs, folds, lists, quotes."""

import html
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpcenter.actions import Order, export_folder, import_folder
from helpcenter.models import Article
from tests.helpcenter.test_import import fill

pytestmark = pytest.mark.django_db
CODE = """\
# no heading {{ no_term }} [no](link.md) ![no](picture.png)
if signal < 3 && broker != "IBKR":  # QE-1042 <b>
    !!! not a callout
    > [!NOTE] nor this

\treturn `x` * 2 * y_z_
~~ :::note ++ctrl++ [^1] === "tab\""""
PLACES = {
    "alone": "{0}",
    "callout": '!!! warning "Careful"\n    Before.\n\n{4}\n\n    After.',
    "callout without a gap": "!!! note\n{4}",
    "callout without a blank": '!!!tip "Close"\n    Before.\n{4}',
    "folded": '??? note "More"\n    Before.\n\n{4}',
    "folded and open": '???+ aside hide-arrow "Aside"\n    Before.\n\n{4}',
    "callout of GitHub": "> [!TIP]\n> Before.\n>\n{quoted}\n>\n> After.",
    "callout of colons": ":::warning Careful\nBefore.\n\n{0}\n\n:::",
    "tabs": '=== "Linux"\n    Before.\n\n{4}\n\n=== "macOS"\n\n{4}',
    "numbered list": "1. First:\n\n{4}\n\n2. Second.",
    "list without a gap": "- First:\n{4}\n- Second.",
    "list of two spaces": "- First:\n\n{2}\n\n- Second.",
    "list in a list": "1. First:\n\n    - Inner:\n\n{8}\n\n2. Second.",
    "callout in a list": "1. First:\n\n    !!! note\n        Before.\n\n{8}\n\n2. Second.",
    "list in a callout": "!!! danger\n    1. First:\n\n{8}\n\n    2. Second.",
    "tabs in a callout": '!!! note\n    === "A"\n\n{8}\n\n    === "B"\n\n{8}',
    "tabs in a list": '1. Choose:\n\n    === "A"\n\n{8}\n\n2. Go on.',
    "callout of GitHub in a list": "1. First:\n\n    > [!NOTE]\n    > Before.\n    >\n{quoted_in_list}\n\n2. Second.",
    "quote": "> Before.\n>\n{quoted}",
    "details": "<details><summary>More</summary>\n\n{0}\n\n</details>",
}
FENCES = {
    "plain": ("```", "```"),
    "named": ("```python", "```"),
    "tildes": ("~~~", "~~~"),
    "long": ("````text", "````"),
}


def written(place: str, fence: str) -> tuple[str, int]:
    """The text with its code in it, and how often the code stands there."""
    opens, closes = FENCES[fence]
    block = f"{opens}\n{CODE}\n{closes}"
    quoted = textwrap.indent(block, "> ", lambda _line: True)
    made = PLACES[place]
    for indent in (0, 2, 4, 8):
        made = made.replace(f"{{{indent}}}", textwrap.indent(block, " " * indent))
    made = made.replace("{quoted_in_list}", textwrap.indent(quoted, "    ")).replace("{quoted}", quoted)
    return f"Text before.\n\n{made}\n\nText after.\n", PLACES[place].count("{")


def shown(page: str) -> Iterator[str]:
    """The code of each block, as a reader copies it."""
    for block in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S):
        yield html.unescape(re.sub(r"<[^>]+>", "", block)).strip("\n")


def test_no_block_of_code_is_lost_or_changed_and_an_export_brings_it_back(tmp_path: Path) -> None:
    texts = {f"{place} {fence}": written(place, fence) for place in PLACES for fence in FENCES}
    names = {name: f"p{number}" for number, name in enumerate(texts)}
    folder = fill(tmp_path / "books", {f"shelf/{names[name]}.md": text for name, (text, _times) in texts.items()})
    delivered = import_folder(order=Order(folder), by=None)
    assert delivered.counts == {"category": 1, "new": len(texts)}, delivered.lines
    assert delivered.written.blocks == delivered.rendered.blocks == sum(times for _text, times in texts.values())
    assert delivered.written.callouts == delivered.rendered.callouts
    pages = dict(Article.objects.values_list("slug", "live__html"))
    found = {name: list(shown(pages[names[name]])) for name in texts}
    assert {name for name, (_text, times) in texts.items() if found[name] != [CODE] * times} == set()
    export_folder(folder=tmp_path / "out", articles=Article.objects.whole().in_order())
    again = import_folder(order=Order(tmp_path / "out"), by=None)
    assert again.counts == {"same": len(texts)}, again.lines
