"""Captions (WebVTT) as words to read."""

import re

_TIMES = re.compile(r"^\S*\d:\d\d\.\d{3}\s+-->\s+")
_TAG = re.compile(r"<[^>]*>")


def is_captions(text: str) -> bool:
    return bool(re.match(r"\ufeff?WEBVTT([ \t\n\r]|$)", text))


def spoken(captions: str) -> str:
    """What is said, a line per cue, without times, names of cues, notes and styles. A repeated line stands once."""
    said: list[str] = []
    for block in re.split(r"\n\s*\n", captions.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip().splitlines()
        start = next((at for at, line in enumerate(lines) if _TIMES.match(line)), None)
        if start is None:
            continue
        words = " ".join(_TAG.sub("", line).strip() for line in lines[start + 1 :]).strip()
        if words and words not in said[-1:]:
            said.append(words)
    return "\n".join(said)
