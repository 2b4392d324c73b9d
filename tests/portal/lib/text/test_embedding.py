import json
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from structlog.testing import capture_logs

from portal.lib.text import embedding
from portal.lib.text.embedding import Unusable, embedder, from_bytes, nearest, to_bytes
from portal.lib.text.endpoint import Endpoint
from portal.lib.text.recipe import SHIPPED

rows_of_floats = arrays.arrays(np.float32, (5, 8), elements=st.floats(-10, 10, width=32))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test as in a process that has just started."""
    monkeypatch.setattr(embedding, "_kept", {})
    monkeypatch.setattr(embedding, "_told", set())


@given(rows_of_floats)
def test_vectors_come_back_as_they_were_kept(matrix: np.ndarray) -> None:
    assert (from_bytes([to_bytes(row) for row in matrix], 8) == matrix).all()


def test_a_kept_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="dimensions"):
        from_bytes([b"\x00" * 32, b"\x00" * 28], 8)
    assert from_bytes([], 8).shape == (0, 8)


@given(rows_of_floats, st.integers(0, 9))
def test_the_nearest_are_the_same_as_by_sorting_everything(matrix: np.ndarray, k: int) -> None:
    scores = matrix @ matrix[0]
    assert [score for _, score in nearest(matrix, matrix[0], k)] == [float(s) for s in np.sort(scores)[::-1][:k]]


def test_the_shipped_model_is_loaded_once_also_when_many_ask_at_once() -> None:
    found: list[Any] = []
    askers = [threading.Thread(target=lambda: found.append(embedder())) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert found[0] is not None, "Run make model: these tests need the language model."
    assert len({id(one) for one in found}) == 1
    assert (found[0].recipe, found[0].dimensions) == (SHIPPED, 384)


def test_a_child_process_loads_its_own() -> None:
    assert embedder() is not None
    with embedding._lock:  # somebody is loading at the very moment of the fork
        child = os.fork()
        if child == 0:
            found = embedder()
            fine = found is not None and found.encode(["hello"]).shape == (1, 384)
            os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_missing_model_is_told_once_and_taken_up_when_it_comes(tmp_path: Path, settings: LazySettings) -> None:
    shipped = settings.MODELS_DIR / SHIPPED
    settings.MODELS_DIR = tmp_path
    with capture_logs() as told:
        assert embedder() is None
        assert embedder() is None
    assert [one["event"] for one in told] == ["text.model_missing"]
    (tmp_path / SHIPPED).symlink_to(shipped)
    assert embedder() is not None


def test_a_broken_model_is_told_once_and_answers_none(tmp_path: Path, settings: LazySettings) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    settings.EMBEDDING_MODEL = str(tmp_path)
    with capture_logs() as told:
        assert [embedder(), embedder()] == [None, None]
    assert [one["event"] for one in told] == ["text.model_broken"]


def test_the_operator_may_switch_it_off_or_name_another_folder(settings: LazySettings) -> None:
    settings.EMBEDDING_MODEL = "off"
    assert embedder() is None
    settings.EMBEDDING_MODEL = str(settings.MODELS_DIR / SHIPPED)
    found = embedder()
    assert found is not None
    assert found.recipe == SHIPPED


class Provider(BaseHTTPRequestHandler):
    """An outside service that counts letters; `reply` says how it behaves."""

    reply = "well"
    asked: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({**asked, "key": self.headers["Authorization"], "path": self.path})
        if self.reply == "slowly":
            time.sleep(0.6)
        rows = [{"index": place, "embedding": [3.0, len(text)]} for place, text in enumerate(asked["input"])]
        answer = {"well": {"data": rows[::-1]}, "too little": {"data": rows[1:]}, "nonsense": ["?"]}
        body = json.dumps(answer.get(self.reply, answer["well"])).encode()
        self.send_response(500 if self.reply == "failing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Says nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    Provider.reply, Provider.asked = "well", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_endpoint_answers_unit_rows_in_the_order_of_the_texts(provider: str, settings: LazySettings) -> None:
    settings.EMBEDDING_URL, settings.EMBEDDING_KEY, settings.EMBEDDING_MODEL = provider, "key", "small"
    found = embedder()
    assert found is not None
    rows = found.encode(["abcd", "", *["a"] * 100])
    assert rows[0] == pytest.approx([0.6, 0.8])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    assert found.dimensions == 2
    first = Provider.asked[0]
    assert (first["path"], first["model"], first["key"]) == ("/v1/embeddings", "small", "Bearer key")
    assert found.recipe != Endpoint(provider, "key", "large").recipe


@pytest.mark.parametrize("reply", ["failing", "too little", "nonsense", "slowly"])
def test_an_endpoint_that_fails_is_left_alone_for_a_while(
    provider: str, reply: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.lib.text.endpoint._SECONDS_SHORT", 0.3)
    Provider.reply = reply
    found = Endpoint(provider, "", "small")
    for _ in range(3):
        with pytest.raises(Unusable):
            found.encode(["hello"])
    assert len(Provider.asked) == 1


def test_the_way_to_no_endpoint_is_short() -> None:
    with pytest.raises(Unusable):
        Endpoint("http://127.0.0.1:9", "", "small").encode(["hello"])
