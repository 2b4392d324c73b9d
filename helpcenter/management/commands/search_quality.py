import json
import random
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpcenter.models import Article
from helpcenter.search import semantic
from helpcenter.search.quality import Judged, damaged, measure
from helpcenter.search.scratch import Page, embed, fill, pages_of_markdown, scratch
from portal.lib import leaves
from portal.lib.clock import moment
from portal.lib.leaves import Leaf
from portal.lib.markdown import File
from portal.lib.text.embedding import embedder

_SEED = 20
_PATIENT_S = 60.0  # a measurement waits for every vector
_PICTURES = dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".svg", ".gif", ".avif"), "image")
_KINDS = {**_PICTURES, ".webm": "video", ".mp4": "video", ".vtt": "text"}


class Command(BaseCommand):
    help = (
        "Measures how well the search finds, on a set of articles and judged queries. Nothing of it touches the "
        "portal's own articles: the set stands in temporary tables that are gone afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--articles", type=Path, required=True, help="lines of JSON: slug, title, body; or a folder"
        )
        parser.add_argument("--queries", type=Path, required=True, help="lines of query, tab, slugs between spaces")
        parser.add_argument("--mode", choices=["lexical", "hybrid"], default="lexical")
        parser.add_argument(
            "--distractors",
            type=Path,
            action="append",
            default=[],
            help="further articles that answer nothing: lines of JSON, or a folder of Markdown split by heading",
        )
        parser.add_argument("--typos", type=int, default=0, help="slips of the finger per query, always the same ones")

    def handle(self, *args: Any, **options: Any) -> None:
        pages = [
            *pages_of(options["articles"]),
            *(page for one in options["distractors"] for page in distractors_of(one)),
        ]
        dice = random.Random(_SEED)  # noqa: S311  # the same slips each time
        judged = [
            Judged(damaged(one.query, options["typos"], dice), one.slugs) for one in judged_of(options["queries"])
        ]
        is_hybrid = options["mode"] == "hybrid"
        try:
            with scratch():
                fill(pages, now=moment(None))
                if is_hybrid:
                    _make_vectors()
                figures = measure(judged, among=Article.objects.all(), is_hybrid=is_hybrid)
        finally:
            semantic.forget()
        self.stdout.write(f"{options['mode']}, {len(pages)} articles, {options['typos']} typos per query")
        self.stdout.write(figures.line())


def _make_vectors() -> None:
    model = embedder()
    if model is None:
        raise CommandError("There is no language model: run manage.py fetch_model, or measure with --mode lexical.")
    embed(model)
    semantic.load()
    semantic.hold_still(patience_s=_PATIENT_S)


def pages_of(path: Path) -> list[Page]:
    """Articles from lines of JSON, or from a folder as `import_articles` reads it."""
    if path.is_dir():
        return [_page(leaf, path) for leaf in leaves.read(path) if not leaf.is_index]
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Page(str(row["slug"]), str(row["title"]), str(row["body"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is not lines of JSON with slug, title and body: {error}") from error


def _page(leaf: Leaf, folder: Path) -> Page:
    slug, summary = str(leaf.front.get("slug", leaf.stem)), str(leaf.front.get("summary", ""))
    files = _files_beside((folder / leaf.path).parent)
    return Page(slug, leaf.title, leaf.text, summary, tuple(leaf.words("keywords")), files)


def _files_beside(folder: Path) -> dict[str, File]:
    """What articles of this folder may show, by the name they show it by: pictures are pictures, as when imported."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = _KINDS.get(path.suffix.lower())
        if kind:
            words = path.read_text(encoding="utf-8", errors="replace") if path.suffix == ".vtt" else ""
            name = path.relative_to(folder).as_posix()
            found[name] = File(url=f"/{name}", content_type=f"{kind}/{path.suffix[1:].lower()}", words=words)
    return found


def distractors_of(path: Path) -> Iterator[Page]:
    if path.is_dir():
        for file in sorted(path.rglob("*.md")):
            name = "-".join(file.relative_to(path).with_suffix("").parts)
            yield from pages_of_markdown(f"{path.name}-{name}", file.read_text(encoding="utf-8"))
    else:
        yield from pages_of(path)


def judged_of(path: Path) -> list[Judged]:
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        query, tab, slugs = line.rpartition("\t")
        if not line.strip():
            continue
        if not tab or not slugs.split():
            raise CommandError(f"{path}, line {number}: a query, a tab and slugs are needed.")
        found.append(Judged(query.strip(), frozenset(slugs.split())))
    return found
