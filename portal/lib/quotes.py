"""Where the quoted letter at the end of a message begins, so that pages may fold it. Nothing is ever taken away."""

import re

_EDGE = re.compile(r"<(/?)blockquote\b[^>]*>")
_ANNOUNCES = re.compile(r"<p>(?:(?!</?p>).){1,300}:\s*</p>\s*\Z", re.DOTALL)


def parted(html: str) -> tuple[str, str]:
    """What was written, and the quote that follows it (empty: show everything).

    Only one quote at the very end is parted off: who answered between quoted lines is read in full.
    """
    quotes = _outermost(html)
    if len(quotes) != 1 or html[quotes[0][1] :].strip():
        return html, ""
    begins = quotes[0][0]
    announced = _ANNOUNCES.search(html[:begins])
    begins = announced.start() if announced else begins
    return (html[:begins], html[begins:]) if html[:begins].strip() else (html, "")


def _outermost(html: str) -> list[tuple[int, int]]:
    """Begin and end of each quote that stands in no other; neighbors with nothing in between count as one."""
    found: list[tuple[int, int]] = []
    depth = begins = 0
    for edge in _EDGE.finditer(html):
        if not edge[1]:
            begins = edge.start() if depth == 0 else begins
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and found and not html[found[-1][1] : begins].strip():
                found[-1] = (found[-1][0], edge.end())
            elif depth == 0:
                found.append((begins, edge.end()))
    return found
