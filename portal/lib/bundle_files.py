"""Writes versions of a bundle of static pages, for `portal.lib.bundle` to serve.

Each version is a folder of its own, complete and readable by any web server; the link `current` is switched to it in
one step. A file that did not change is linked from the version before, so a new version costs next to nothing.
"""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import brotli

from portal.lib.bundle import CURRENT, ENCODINGS, MANIFEST

_KEEP_VERSIONS = 5
_KEEP_FOR_S = 120
_LOST_AFTER_S = 3600
_NEVER: dict[str, Any] = {"version": 0, "generated_at": 0.0, "covers": [], "files": {}}


@dataclass(frozen=True)
class BundleFile:
    """One address below the prefix ("" or a path, with a slash at its end for a page) and its two forms."""

    path: str
    content_type: str
    body: bytes
    stale_body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.path}index.html" if self.path == "" or self.path.endswith("/") else self.path

    @property
    def etag(self) -> str:
        """From what is said, in either form; never from the clock."""
        digest = hashlib.sha256()
        for part in (
            self.content_type.encode(),
            repr(sorted(self.headers.items())).encode(),
            self.body,
            self.stale_body,
        ):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()[:24]


@dataclass(frozen=True)
class Stamp:
    """When a bundle was rendered, as people read it, and which news it covers (ids)."""

    generated_at: datetime
    as_of: str
    covers: Sequence[int] = ()


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of the version that is served; an empty one of version 0 when nothing was published."""
    try:
        return json.loads((folder / CURRENT / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return dict(_NEVER)


def write(folder: Path, files: Sequence[BundleFile], stamp: Stamp, *, base: int) -> int | None:
    """Writes the version after `base` and switches to it; answers its number.

    `base` is the version that was served when the rendering began. If another one is served by now, somebody was
    quicker: this rendering is older than what is shown, is thrown away, and None is answered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".draft-{os.getpid()}-{time.time_ns()}"
    try:
        before = manifest_of(folder)
        entries = {file.path: _write_file(folder / CURRENT, draft, file, before) for file in files}
        with _alone(folder):
            if manifest_of(folder)["version"] != base:
                return None
            version = base + 1
            _write_manifest(draft, version, entries, stamp)
            final = folder / f"v{version:012d}"
            shutil.rmtree(final, ignore_errors=True)
            draft.rename(final)
            _point(folder, final.name)
            _prune(folder, final.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return version


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_file(current: Path, draft: Path, file: BundleFile, before: dict[str, Any]) -> dict[str, Any]:
    entry = {
        "file": file.file,
        "type": file.content_type,
        "etag": file.etag,
        "size": len(file.body),
        "headers": file.headers,
    }
    target = draft / file.file
    target.parent.mkdir(parents=True, exist_ok=True)
    is_same = before["files"].get(file.path) == entry
    if is_same and _link(current / file.file, target):
        return entry
    target.write_bytes(file.body)
    Path(f"{target}.stale").write_bytes(file.stale_body)
    Path(f"{target}.gz").write_bytes(gzip.compress(file.body, 9, mtime=0))
    Path(f"{target}.br").write_bytes(brotli.compress(file.body, quality=9))
    return entry


def _link(old: Path, new: Path) -> bool:
    """Takes the file and its forms over from the version before; False when it is gone or cannot be linked."""
    try:
        for suffix in ("", ".stale", *(suffix for _name, suffix in ENCODINGS)):
            os.link(f"{old}{suffix}", f"{new}{suffix}")
    except OSError:
        for suffix in ("", ".stale", *(suffix for _name, suffix in ENCODINGS)):
            Path(f"{new}{suffix}").unlink(missing_ok=True)
        return False
    return True


def _write_manifest(draft: Path, version: int, entries: dict[str, Any], stamp: Stamp) -> None:
    manifest = {
        "version": version,
        "generated_at": stamp.generated_at.timestamp(),
        "as_of": stamp.as_of,
        "as_of_iso": stamp.generated_at.isoformat(timespec="seconds"),
        "covers": list(stamp.covers),
        "files": entries,
    }
    draft.mkdir(parents=True, exist_ok=True)
    (draft / MANIFEST).write_text(json.dumps(manifest))


def _point(folder: Path, name: str) -> None:
    fresh = folder / ".current-next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(name)
    fresh.replace(folder / CURRENT)


def _prune(folder: Path, current: str) -> None:
    """Old versions go, but not those that a slow reader may just be loading."""
    for draft in folder.glob(".draft-*"):  # left by a publisher that was killed
        if time.time() - draft.stat().st_mtime > _LOST_AFTER_S:
            shutil.rmtree(draft, ignore_errors=True)
    versions = sorted((path for path in folder.glob("v*") if path.name != current), key=lambda path: path.name)
    for path in versions[: -(_KEEP_VERSIONS - 1)]:
        if time.time() - path.stat().st_mtime > _KEEP_FOR_S:
            shutil.rmtree(path, ignore_errors=True)
