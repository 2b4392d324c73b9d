"""Fits the tree to our pages: one h1 per page, tables that scroll on a phone, tabs as sections one after the other."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from portal.lib.markdown.dialects import TONES


class Manners(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[index] = _scrolling(child)
                elif child.tag == "div" and child.get("class") == "tabbed-set":
                    parent[index] = _stacked(child)
        for heading in root.iter("h1"):
            heading.tag = "h2"
        for callout in [*root.iter("div"), *root.iter("details")]:
            _toned(callout)


def _scrolling(table: Element) -> Element:
    for cell in table.iterfind("thead/tr/th"):
        cell.set("scope", "col")
    frame = Element("div", {"class": "scroll", "tabindex": "0"})
    frame.tail, table.tail = table.tail, None
    frame.append(table)
    return frame


def _stacked(tabs: Element) -> Element:
    """Tabs for who has no script, prints, or reads the text: titled sections. A script makes them tabs."""
    frame = Element("div", {"class": "tabs"})
    frame.tail = tabs.tail
    title = None
    for child in tabs:
        if child.tag == "label":
            title = child
        elif child.tag == "div":
            section = SubElement(frame, "section", {"class": "tab"})
            heading = SubElement(section, "p", {"class": "tab-title"})
            if title is not None:
                heading.text = title.text
                heading.extend(list(title))
            section.extend(list(child))
    return frame


def _toned(callout: Element) -> None:
    """A callout of a kind that has no color of its own gets that of its tone."""
    classes = callout.get("class", "").split()
    tones = {TONES[name] for name in classes if name in TONES} - {"", *classes}
    if tones:
        callout.set("class", " ".join([*classes, *sorted(tones)]))


_IMG = re.compile(r"<img\b[^>]*>")
_SRC = re.compile(r' src="([^"]*)"')
_SAID = re.compile(r' alt="\s*[^"\s]')


def wordless(safe_html: str) -> list[str]:
    """The names of pictures in sanitised HTML that have neither words nor the mark that they need none."""
    found = []
    for image in _IMG.findall(safe_html):
        src = _SRC.search(image)
        if src and not _SAID.search(image) and 'class="decorative"' not in image:
            found.append(src[1].rsplit("/", 1)[-1])
    return sorted(set(found))
