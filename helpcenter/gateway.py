"""The model outside: an OpenAI-compatible chat endpoint that the operator named. It words answers, nothing else.

Its address comes from the environment, never from a visitor. Each call has a deadline; calls and characters of a day
are counted in the cache, and without a cache nothing is sent. After a failure it rests, so that a provider that is
down costs nobody any time.
"""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache

from portal.lib.fetch import Answer, Forbidden, Limits, Request, Unreachable, fetch
from portal.lib.soft_cache import counters

REST_S = 60
_MOST_BYTES = 64 * 1024
_MOST_TOKENS = 400
_RESTING = "answer-model:resting"


class NoWords(Exception):
    """The model outside gave none; the sentence says why."""


def is_set_up() -> bool:
    return bool(settings.ANSWER_MODEL_URL)


def chat(*, instructions: str, text: str, now: datetime) -> str:
    """What the model says to that. Raises NoWords: over budget, resting, late, down, or no proper answer."""
    if not is_set_up():
        raise NoWords("No model is set up.")
    if cache.get(_RESTING):
        raise NoWords("The model failed a moment ago and is not asked again yet.")
    _spend(len(instructions) + len(text), now)
    try:
        return _said(fetch(_address(), _request(instructions, text), limits=_limits()))
    except (Forbidden, Unreachable, NoWords) as error:
        cache.set(_RESTING, 1, timeout=REST_S)
        raise NoWords(str(error)) from error


def _spend(characters: int, now: datetime) -> None:
    """Counts first and asks then: what failed was paid for as well."""
    day = f"answer-model:{now:%Y%m%d}"
    if _counted(f"{day}:calls", 1) > settings.ANSWER_MODEL_CALLS_A_DAY:
        raise NoWords("The calls of this day are used up.")
    if _counted(f"{day}:characters", characters) > settings.ANSWER_MODEL_CHARACTERS_A_DAY:
        raise NoWords("The characters of this day are used up.")


def _counted(key: str, by: int) -> int:
    counted, _beside = counters.count(key, by, keep_s=2 * 24 * 3600)
    if counted is None:
        raise NoWords("Nothing is sent while it cannot be counted.")
    return counted


def _address() -> str:
    base = settings.ANSWER_MODEL_URL.rstrip("/").removesuffix("/chat/completions")
    return f"{base}/chat/completions"


def _limits() -> Limits:
    return Limits(seconds=settings.ANSWER_MODEL_SECONDS, most_bytes=_MOST_BYTES, is_operators_own=True)


def _request(instructions: str, text: str) -> Request:
    body: dict[str, Any] = {
        "model": settings.ANSWER_MODEL_NAME,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
        "temperature": 0,
        "max_tokens": _MOST_TOKENS,
    }
    headers = {"Content-Type": "application/json", "User-Agent": "portal-answers/1"}
    if settings.ANSWER_MODEL_KEY:
        headers["Authorization"] = f"Bearer {settings.ANSWER_MODEL_KEY}"
    return Request("POST", json.dumps(body).encode(), headers)


def _said(answer: Answer) -> str:
    if answer.status != 200 or answer.is_cut:
        raise NoWords(f"The model answers {answer.status}.")
    try:
        said = json.loads(answer.body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise NoWords("The model answers something else than a message.") from None
    if not isinstance(said, str):
        raise NoWords("The model answers something else than words.")
    return said.strip()
