"""`make bench SIZE=large`: what a hundred times as many tickets cost.

Every page at 10,000 tickets and at 1,000,000 with 5,000,000 messages, in one run, by turns, from the same kind of
server, by the same generator. The tables are loaded by COPY into `.local/bench-large`, once; later runs find them.
`--only` measures some pages, `--skip-sweep` leaves out the look at promises. Ratios count: the machine's own speed says
nothing.
"""

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field

from portal.lib import embedded
from tests.bench import servers
from tests.bench.furnish import Spot
from tests.bench.load import FEW, Outcome, get, run

FOLDER = servers.ROOT / ".local" / "bench-large"
SERVER_CORE, CLIENT_CORE = 0, 1
LONGEST_S = 60
REACH = {"agent queue": 2.0, "customer list": 2.0}
DATABASES = ("small", "large")


@dataclass
class Measured:
    """A page in both databases."""

    spots: dict[str, Spot]
    outcomes: dict[str, Outcome] = field(default_factory=lambda: {name: Outcome() for name in DATABASES})

    def add(self, database: str, found: Outcome) -> None:
        known = self.outcomes[database]
        known.latencies_ms += found.latencies_ms
        known.page_bytes = found.page_bytes
        known.statuses |= found.statuses

    def ratio(self, share: float) -> float:
        small, large = (self.outcomes[name].percentile(share) for name in DATABASES)
        return large / small if small else 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tickets", type=int, default=1_000_000)
    options.add_argument("--messages", type=int, default=5_000_000)
    options.add_argument("--seconds", type=float, default=3.0, help="of each page, in each database, each round")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", nargs="*", default=[], help="pages whose name begins so")
    options.add_argument("--skip-sweep", action="store_true")
    chosen = options.parse_args()
    os.sched_setaffinity(0, {CLIENT_CORE})
    started = embedded.start(FOLDER, durable=False, database=DATABASES[0])
    try:
        servers.set_environment(started, FOLDER)
        sizes = {"small": (10_000, 50_000), "large": (chosen.tickets, chosen.messages)}
        spots = {name: _furnished(name, *size) for name, size in sizes.items()}
        wanted = [
            Measured({name: spots[name][number] for name in DATABASES})
            for number, one in enumerate(spots["small"])
            if not chosen.only or one.name.startswith(tuple(chosen.only))
        ]
        _measure(wanted, chosen.seconds, chosen.rounds)
        _write(wanted)
        if not chosen.skip_sweep:
            _run_in("large", "tests.bench.sweeping", capture=False)
    finally:
        started.stop()


def _address_of(database: str) -> str:
    """Both are on one server; its address names the first."""
    return os.environ["DATABASE_URL"].replace(f"/{DATABASES[0]}?", f"/{database}?")


def _knows(database: str) -> dict[str, str]:
    """Where that one's rows are, and a Valkey of its own: what is kept of one says nothing of the other."""
    valkey = f"{os.environ['VALKEY_URL'].rpartition('/')[0]}/{DATABASES.index(database)}"
    return {"DATABASE_URL": _address_of(database), "VALKEY_URL": valkey}


def _run_in(database: str, module: str, *arguments: str, capture: bool = True) -> str:
    told = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=servers.ROOT,
        env={**os.environ, **_knows(database)},
        stdout=subprocess.PIPE if capture else None,
        text=True,
        check=True,
    )
    return told.stdout or ""


def _furnished(database: str, tickets: int, messages: int) -> list[Spot]:
    """Loads the tables if they are of another size, which takes minutes, and tells what is measured there."""
    _make(database)
    return [Spot(**one) for one in json.loads(_run_in(database, "tests.bench.furnish", str(tickets), str(messages)))]


def _make(database: str) -> None:
    import psycopg

    with psycopg.connect(_address_of(DATABASES[0]), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if known is None:
            connection.execute(f'CREATE DATABASE "{database}"')


def _measure(wanted: list[Measured], seconds: float, rounds: int) -> None:
    """By turns, so that what else the machine does meets both alike."""
    with ExitStack() as stack:
        ports = {}
        for name in DATABASES:
            env = {"PROCESS": "web", "EMBEDDING_MODEL": "off", **_knows(name)}
            serving = servers.serving("gunicorn", "portal.wsgi:application", core=SERVER_CORE, env=env)
            ports[name] = stack.enter_context(serving)[0]
        for _round in range(rounds):
            for page in wanted:
                for name in DATABASES:
                    page.add(name, _asked(ports[name], page.spots[name], seconds))


def _asked(port: int, spot: Spot, seconds: float) -> Outcome:
    request = get(spot.path, cookie=spot.cookie, token=spot.token)
    found = run(port, request, seconds=seconds, connections=FEW)
    while not found.statuses and seconds < LONGEST_S:  # a first answer needs what the process has not imported yet
        seconds *= 3
        found = run(port, request, seconds=seconds, connections=FEW)
    if set(found.statuses) != {200}:
        sys.exit(f"{spot.name} answered {found.statuses}, expected 200 alone.")
    return found


def _write(wanted: list[Measured]) -> None:
    widths = [
        ("p50 small", 11),
        ("large", 9),
        ("ratio", 7),
        ("p99 small", 11),
        ("large", 9),
        ("ratio", 7),
        ("reach", 7),
    ]
    print("page, ms".ljust(38) + "".join(name.rjust(width) for name, width in widths))
    missed = []
    for page in wanted:
        name, reach = page.spots["small"].name, REACH.get(page.spots["small"].name)
        line = name.ljust(38)
        for share in (0.5, 0.99):
            small, large = (page.outcomes[one].percentile(share) for one in DATABASES)
            line += f"{small:>11.1f}{large:>9.1f}{page.ratio(share):>7.2f}"
        print(line + (f"{reach:>7}" if reach else ""))
        if reach and page.ratio(0.99) > reach:
            missed.append(name)
    print(f"beyond reach: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
