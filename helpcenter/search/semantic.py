"""What is meant: the question as a vector, compared with all passages. Whoever asks gets an answer in time, or none.

The model and the vectors are loaded by a thread of their own, never while a reader waits; until they are there, or
when encoding takes too long, there is no answer and the words alone rank.
"""

import os
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, connections
from prometheus_client import Counter

from helpcenter.search.vectors import Floats, Matrix, Scan
from portal.lib.text.embedding import Embedder, Unusable, embedder

DEADLINE_S = 0.08
LOOKED_AT_EVERY_S = 10.0
_MOST_QUESTIONS = 512
missed = Counter("portal_search_without_meaning_total", "Searches that the words alone answered", ["reason"])
log = structlog.get_logger("portal.system")


@dataclass
class _Process:
    """What this process holds."""

    matrix: Matrix | None = None
    looked_at: float = float("-inf")
    patience_s: float = DEADLINE_S
    questions: OrderedDict[tuple[str, str], Floats] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    encoding: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "encoding"))
    loading: threading.Thread | None = None


_here = _Process()


def meant(question: str, *, patience_s: float = 0.0) -> Scan | None:
    """How near each article is to the question, or None: no model, no vectors yet, or not in time, which is DEADLINE_S
    or that patience where it is longer."""
    if time.monotonic() - _here.looked_at > LOOKED_AT_EVERY_S:
        load_later()
    matrix = _here.matrix
    if matrix is None or not len(matrix.ids):
        missed.labels("nothing loaded").inc()
        return None
    asked: Future[Scan | None] = _here.encoding.submit(_scan, question, matrix)
    try:
        return asked.result(max(patience_s, _here.patience_s))
    except TooLate:
        asked.cancel()
        missed.labels("too late").inc()
    except Unusable as error:
        missed.labels("unusable").inc()
        log.warning("search.no_vector", reason=str(error))
    return None


def load_later() -> None:
    """Has model and vectors brought up to date, unless somebody is at it. Never waits."""
    with _here.lock:
        if _here.loading is not None and _here.loading.is_alive():
            return
        _here.looked_at = time.monotonic()
        _here.loading = threading.Thread(target=_load, name="vectors", daemon=True)
        _here.loading.start()


def load() -> None:
    """Brings model and vectors up to date, at once. For commands and tests; a web process uses `load_later`."""
    _here.looked_at = time.monotonic()
    model = embedder()
    if model is None:
        _here.matrix = None
        return
    held = _here.matrix
    if held is None or held.recipe != model.recipe:
        held = Matrix.empty(model.recipe, model.dimensions)
    _here.matrix = held.renewed()


def hold_still(*, patience_s: float) -> None:
    """For a measurement: every question waits for its answer, and nothing is loaded behind its back."""
    _here.patience_s, _here.looked_at = patience_s, float("inf")


def vector_of(question: str, model: Embedder) -> Floats:
    """Encoded once per process as long as it is asked often."""
    key = (model.recipe, question.lower())
    known = _here.questions.pop(key, None)
    vector = model.encode([question])[0] if known is None else known
    _here.questions[key] = vector
    while len(_here.questions) > _MOST_QUESTIONS:
        _here.questions.popitem(last=False)
    return vector


def _scan(question: str, matrix: Matrix) -> Scan | None:
    model = embedder()
    if model is None or model.recipe != matrix.recipe:
        return None
    return matrix.scan(vector_of(question, model))


def _load() -> None:
    try:
        load()
    except (DatabaseError, Unusable, ValueError) as error:
        log.warning("search.vectors_not_loaded", reason=str(error))
    finally:
        connections.close_all()


def forget() -> None:
    """As in a process that has just started. A child process has threads and memory of its own."""
    global _here
    _here = _Process()


os.register_at_fork(after_in_child=forget)
