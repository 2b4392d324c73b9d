"""`make bench`: every important page as a ratio to a bare Django view, in one run, on one machine.

One server process is pinned to one core, the generator to another; figures of different runs are not compared.
"""

import argparse
import json
import os
import random
import re
import secrets
import sys
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from portal.lib import embedded
from tests.bench import servers
from tests.bench.load import FEW, Outcome, Request, get, post, run

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".local" / "bench"
SERVER_CORE, CLIENT_CORE = 0, 1
ROUNDS = 10  # at least; of all rounds the middle one counts
MOST_ROUNDS = 60
ANSWERS_A_ROUND = 400  # enough to tell two rounds apart
REACH = {
    "status": 1.5, "home": 0.30, "article": 0.30, "search": 0.05, "ticket list": 0.05, "ticket page": 0.04,
    "agent queue": 0.01, "hybrid search": 0.015,
}  # fmt: skip


@dataclass
class Page:
    """One line of the table: a request made often, and the status it must answer with."""

    name: str
    request: Request
    path: str = ""
    cookie: str = ""
    status: int = 200
    has_model: bool = False


_OFTEN = ["telegram alert limit", "refund an invoice", "session error", "webhook retry schedule", "cancel the plan",
          "chart history", "login password browser", "export risk report", "bank card", "seat of a member"]  # fmt: skip
SUGGESTIONS = [f"/help/suggest/?q={urllib.parse.quote_plus(words[:-2])}" for words in _OFTEN]
SEARCHED_AGAIN = [f"/help/search/?q={urllib.parse.quote_plus(words)}" for words in _OFTEN]


def _searches(words: list[str]) -> list[str]:
    """So many that none is asked twice within a minute: what is kept of a search helps none of them."""
    dice = random.Random(3)  # the same on each run, nothing secret
    return [f"/help/search/?q={'+'.join(dice.sample(words, 3))}" for _ in range(20_000)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--tickets", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=5.0, help="length of each measurement")
    options.add_argument("--server", choices=sorted(servers.COMMANDS), default="gunicorn")
    options.add_argument("--compare", action="store_true", help="measure every web server on a bare and a real page")
    chosen = options.parse_args()
    os.sched_setaffinity(0, {CLIENT_CORE})
    started = embedded.start(FOLDER, database="bench")
    try:
        servers.set_environment(started, FOLDER)
        pages = _prepare(chosen.articles, chosen.tickets)
        if chosen.compare:
            _compare(chosen.seconds, pages)
            return
        _write(_measure(chosen.server, chosen.seconds, pages))
    finally:
        started.stop()


def _prepare(articles: int, tickets: int) -> list[Page]:
    """Migrates, loads the rows when the tables are of another size, and logs a customer and an agent in."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import passages, rows, sessions

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if sessions.sizes() != (articles, tickets):
        call_command("flush", interactive=False, verbosity=0)
        rows.load(articles, tickets)
    passages.load()
    sessions.furnish_status()
    rows.know_the_tables()
    return _pages(sessions)


def _pages(sessions: Any) -> list[Page]:
    from tests.bench.rows import WORDS

    customer, agent = sessions.customers()[1], sessions.agent()
    asked = _searches(WORDS)
    searches = get(*asked)
    article, ticket = sessions.some_article(), sessions.some_ticket()
    token = secrets.token_hex(16)
    filing = {"subject": "Signals stopped", "body": "None since nine.", "impact": "hindered"}

    def form() -> str:
        return urllib.parse.urlencode({**filing, "csrfmiddlewaretoken": token, "key": secrets.token_hex(16)})

    customers = [f"{cookie}; csrftoken={token}" for cookie in sessions.customers()]
    return [
        Page("status", get("/status/")),  # without a path: it never comes to Django, so it has no queries
        Page("home", get("/"), "/"),
        Page("article", get(article), article),
        Page("search", searches, asked[0]),
        Page("search again", get(*SEARCHED_AGAIN), SEARCHED_AGAIN[0]),
        Page("suggest", get(*SUGGESTIONS), SUGGESTIONS[0]),
        Page("hybrid search", searches, asked[0], has_model=True),
        Page("ticket list", get("/tickets/", cookie=customer), "/tickets/", customer),
        Page("ticket page", get(ticket, cookie=customer), ticket, customer),
        Page("filing", post("/tickets/new/", form, cookies=customers, headers={"X-CSRFToken": token}), status=302),
        Page("agent queue", get(sessions.QUEUE, cookie=agent), sessions.QUEUE, agent),
    ]


def _measure(server: str, seconds: float, pages: list[Page]) -> dict[str, Any]:
    with servers.serving(server, "tests.bench.bare:application", core=SERVER_CORE) as (bare_port, _started, _pid):
        return _measure_beside(bare_port, server, seconds, pages)


def _measure_beside(bare_port: int, server: str, seconds: float, pages: list[Page]) -> dict[str, Any]:
    found: dict[str, Any] = {"server": server, "pages": {}}
    for has_model in (False, True):
        env = {"PROCESS": "web"} if has_model else {"PROCESS": "web", "EMBEDDING_MODEL": "off"}
        with servers.serving(server, "portal.wsgi:application", core=SERVER_CORE, env=env) as (port, starts_in, pid):
            if has_model:
                _wait_for_vectors(port)
            for page in (one for one in pages if one.has_model == has_model):
                calm = run(port, page.request, seconds=seconds / 2, connections=FEW)
                rounds = _rounds(bare_port, port, page, seconds=seconds, expected=calm.per_second)
                found["pages"][page.name] = _figures(calm, rounds, page)
            found["starts_in_s"] = round(starts_in, 2)
            found["memory_with_model_mb" if has_model else "memory_mb"] = round(servers.memory_mb(pid))
    return found


def _rounds(bare_port: int, port: int, page: Page, *, seconds: float, expected: float) -> list[tuple[Outcome, Outcome]]:
    """The bare view and the page, one right after the other and many times over: what slows the machine for a while
    slows both. The quicker the page, the more and the shorter rounds."""
    many = max(ROUNDS, min(MOST_ROUNDS, int(seconds * expected / ANSWERS_A_ROUND)))
    share = seconds / many
    return [(run(bare_port, get("/"), seconds=share), run(port, page.request, seconds=share)) for _ in range(many)]


def _wait_for_vectors(port: int) -> None:
    """The first search has model and vectors loaded by a thread of its own."""
    run(port, get(*SEARCHED_AGAIN), seconds=0.5)
    time.sleep(15)


def _figures(calm: Outcome, rounds: list[tuple[Outcome, Outcome]], page: Page) -> dict[str, Any]:
    for outcome in (calm, *(busy for _bare, busy in rounds)):
        if set(outcome.statuses) != {page.status}:
            sys.exit(f"{page.name} answered {outcome.statuses}, expected {page.status} alone.")
    return {
        "per_second": round(median(busy.per_second for _bare, busy in rounds), 1),
        "bare_per_second": round(median(bare.per_second for bare, _busy in rounds)),
        "ratio": round(median(busy.per_second / bare.per_second for bare, busy in rounds), 4),
        "p50_ms": round(calm.percentile(0.5), 2),
        "p95_ms": round(calm.percentile(0.95), 2),
        "p99_ms": round(calm.percentile(0.99), 2),
        "bytes": calm.page_bytes,
        "queries": _queries(page) if page.path else None,
        "reach": REACH.get(page.name),
    }


def _queries(page: Page) -> int:
    """Queries of one request in this process, with the same cookies."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="127.0.0.1")
    for name, value in re.findall(r"([^=; ]+)=([^;]+)", page.cookie):
        client.cookies[name] = value
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(page.path)
    return len(seen)


def _compare(seconds: float, pages: list[Page]) -> None:
    real = next(page for page in pages if page.name == "ticket page")
    print(f"{'server':<10}{'bare/s':>9}{'page/s':>9}{'page p99 ms':>13}{'memory MB':>11}")
    for name in servers.COMMANDS:
        with servers.serving(name, "tests.bench.bare:application", core=SERVER_CORE) as (port, _s, _pid):
            bare = run(port, get("/"), seconds=seconds)
        with servers.serving(name, "portal.wsgi:application", core=SERVER_CORE, env={"PROCESS": "web"}) as opened:
            page = run(opened[0], real.request, seconds=seconds)
            memory = servers.memory_mb(opened[2])
        line = f"{name:<10}{bare.per_second:>9.0f}{page.per_second:>9.0f}{page.percentile(0.99):>13.1f}{memory:>11.0f}"
        print(line)


def _write(found: dict[str, Any]) -> None:
    say: Callable[[str], None] = print
    rounds = f"{ROUNDS} to {MOST_ROUNDS} rounds"
    say(f"on {found['server']}, a bare view before each of {rounds}; start {found['starts_in_s']} s")
    say(f"memory {found['memory_mb']} MB, with the language model {found['memory_with_model_mb']} MB")
    widths = {
        "per s": 8,
        "bare": 8,
        "ratio": 8,
        "reach": 7,
        "p50 ms": 8,
        "p95 ms": 8,
        "p99 ms": 8,
        "bytes": 8,
        "queries": 9,
    }
    say("page".ljust(13) + "".join(name.rjust(width) for name, width in widths.items()))
    for name, one in found["pages"].items():
        reach, queries = one["reach"] or "", "" if one["queries"] is None else one["queries"]
        rates = f"{one['per_second']:>8}{one['bare_per_second']:>8}{one['ratio']:>8.3f}{reach:>7}"
        say(f"{name:<13}{rates}{one['p50_ms']:>8}{one['p95_ms']:>8}{one['p99_ms']:>8}{one['bytes']:>8}{queries:>9}")
    out = ROOT / ".local" / "bench.json"
    out.write_text(json.dumps(found, indent=2))
    missed = [name for name, one in found["pages"].items() if one["reach"] and one["ratio"] < one["reach"]]
    say(f"written to {out.relative_to(ROOT)}; below reach: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
