"""Folders as ZIP files. What comes in is not trusted: no path leads outside, nothing grows without end."""

import io
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

_PIECE = 64 * 1024


class Unacceptable(Exception):
    """Says in its text why the archive is not unpacked."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold once unpacked."""

    bytes: int
    files: int

    @classmethod
    def of(cls, figures: Mapping[str, int]) -> "Limits":
        """As settings write them: `{"unpacked_mb": 96, "files": 400}`."""
        return cls(figures["unpacked_mb"] * 1024 * 1024, figures["files"])


def unpack(content: bytes, to: Path, limits: Limits) -> None:
    """Writes the archive's plain files into the folder. Raises Unacceptable before anything is outside or too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not _is_noise(one.filename)]
            if len(members) > limits.files:
                raise Unacceptable(f"it holds more than {limits.files} files")
            left = limits.bytes
            for member in members:
                left -= _write(archive, member, _place(member, to), left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unacceptable("it cannot be read as a ZIP file") from error


@contextmanager
def unpacked(content: bytes, limits: Limits) -> Iterator[Path]:
    """The archive's files in a folder that is gone afterwards. Raises Unacceptable as `unpack` does."""
    with TemporaryDirectory() as folder:
        inside = Path(folder) / "upload"
        inside.mkdir()
        unpack(content, inside, limits)
        yield inside


def _is_noise(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {".DS_Store", "Thumbs.db"}


def _place(member: zipfile.ZipInfo, to: Path) -> Path:
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename or is_link:
        raise Unacceptable(f"{member.filename} is no plain file inside of it")
    return to.joinpath(*path.parts)


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, left: int) -> int:
    place.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as source, place.open("wb") as target:
        while piece := source.read(_PIECE):  # what the archive says of its sizes is not believed
            size += len(piece)
            if size > left:
                raise Unacceptable("it holds too much once unpacked")
            target.write(piece)
    return size


def packed(folder: Path) -> bytes:
    """The folder's files as one archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return made.getvalue()
