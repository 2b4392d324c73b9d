"""Links to headings: those that a page does not have, and those that it has under nearly that name."""

import re
from difflib import get_close_matches

from helpcenter.actions.articles import newest_revision
from helpcenter.actions.imports.run import Run
from helpcenter.actions.refreshing import keep_anchor

_LINK = re.compile(r'href="(?P<path>/help/[^"#]*)?#(?P<anchor>[^"]+)"')
_ID = re.compile(r' id="([^"]+)"')
_NEARLY = 0.9


def mend_anchors(run: Run) -> None:
    """A heading answers to a link that differs from its anchor by a letter or two; other lost anchors are noted."""
    articles = {article.get_absolute_url(): article for article in run.brought_in.values()}
    pages = {address: newest_revision(article).html for address, article in articles.items()}
    ids = {address: set(_ID.findall(html)) for address, html in pages.items()}
    for path, article in run.brought_in.items():
        own = article.get_absolute_url()
        for link in _LINK.finditer(pages[own]):
            address, anchor = link["path"] or own, link["anchor"]
            if anchor in ids.get(address, {anchor}):
                continue
            near = get_close_matches(anchor, ids[address], n=1, cutoff=_NEARLY)
            if near:
                keep_anchor(article=articles[address], anchor=anchor, heading=near[0], by=run.by, now=run.now)
                ids[address].add(anchor)
            run.delivered.note("mended" if near else "lost anchor", path, f"{address}#{anchor}")
