"""The pictures, clips and attachments that a file of Markdown names."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpcenter.actions.assets import Upload, add_asset, replace_asset
from helpcenter.actions.imports.run import Run
from helpcenter.models import Article
from portal.lib import leaves
from portal.lib.file_kinds import plain_name
from portal.lib.leaves import Leaf
from portal.lib.refusals import Refused

_COMPANIONS = (".webm", ".mp4")  # with these come the captions and the poster of the same name


@dataclass
class Luggage:
    """What a leaf's text names: its files by the name they get, and the text that names them so."""

    body: str = ""
    lost: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    def take(self, path: Path, folder: Path) -> str:
        """The name under which the article has the file; two of one name in different folders stay apart."""
        name = plain_name(path.name)
        if self.files.get(name, path) != path:
            name = plain_name("-".join(path.relative_to(folder).parts))
        self.files[name] = path
        return name


def packed(run: Run, leaf: Leaf) -> Luggage:
    """The leaf's text with addresses for links to other leaves and names for files that came along."""
    luggage = Luggage()

    def resolve(path: str) -> str | None:
        found = run.address(path)
        if found is not None:
            return found
        file = (run.folder / path).resolve()
        if not _is_inside(file, run.folder) or file.suffix == ".md":
            return None
        if file.suffix in _COMPANIONS:
            stems = re.compile(rf"{re.escape(file.stem)}(\.[a-z]{{2}})?\.(vtt|webp|png|jpe?g|svg)\Z")
            for beside in sorted(one for one in file.parent.iterdir() if stems.match(one.name)):
                luggage.take(beside, run.folder)
        return luggage.take(file, run.folder)

    luggage.body, luggage.lost = leaves.relink(leaf.path, leaf.text, resolve)
    for described in descriptions(leaf):
        resolve(leaves.beside(leaf.path, str(described.get("path", ""))))
    return luggage


def _is_inside(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and file.is_file()


def descriptions(leaf: Leaf) -> list[dict[str, Any]]:
    """What the front matter says of its files: path, alt, decorative."""
    found = leaf.front.get("files")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def unpack(run: Run, leaf: Leaf, luggage: Luggage, article: Article) -> bool:
    """Adds and replaces the article's files; answers whether anything is new. What cannot be kept is noted."""
    described = {plain_name(str(one.get("path", ""))): one for one in descriptions(leaf)}
    known = {asset.name: asset for asset in article.assets.all()}
    before = {asset.name: (asset.digest, asset.alt, asset.is_decorative) for asset in known.values()}
    for name, path in luggage.files.items():
        said = described.get(name, {})
        kept = known.get(name)
        upload = Upload(
            name=name,
            content=path.read_bytes(),
            alt=str(said.get("alt", kept.alt if kept else "")),
            is_decorative=bool(said.get("decorative", kept.is_decorative if kept else False)),
        )
        try:
            if kept is None:
                add_asset(article=article, upload=upload, by=run.by, now=run.now)
            else:
                replace_asset(asset=kept, upload=upload, by=run.by, now=run.now)
        except Refused as refusal:
            run.delivered.note("problem", leaf.path, str(refusal))
    after = article.assets.values_list("name", "digest", "alt", "is_decorative")
    return before != {name: tuple(rest) for name, *rest in after}
