"""What a new portal's classifiers have learned from, until its agents have decided something (`start_texts.tsv`)."""

import csv
from functools import cache
from pathlib import Path

from portal.lib.text import sentiment
from tickets.states.classifying import Trait

_START = Path(__file__).with_name("start_texts.tsv")
_HOME = "en"  # most texts are in it: for telling languages apart every sixth is enough


@cache
def start_set(trait: str) -> tuple[list[str], list[str]]:
    """Texts and labels of one trait, the same ones each time."""
    if trait == Trait.SENTIMENT:
        return sentiment.start_set()
    with _START.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row[trait]]
    if trait == Trait.LANGUAGE:
        home = [row for row in rows if row["language"] == _HOME]
        rows = [row for row in rows if row["language"] != _HOME] + home[::6] + home[-2:]
    return [row["text"] for row in rows], [row[trait] for row in rows]
