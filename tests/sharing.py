"""A pytest plugin: the order of the tests, and which parallel worker runs which of them.

What is costly to start is started once: tests that share it stay on one worker. What takes long begins first, so that
no worker is left alone with it at the end. (The mark `xdist_group` no longer reaches xdist's own scheduler from
pytest 9.2 on: https://github.com/pytest-dev/pytest-xdist/issues/1386.)
"""

from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# What tests share, by where their names begin.
TOGETHER = {
    "tests/browser/": "a demo and a browser",
    "tests/portal/management/test_up.py": "a portal on servers of its own",
    "tests/faults/test_servers_gone.py": "a portal on servers of its own",
    "tests/tickets/test_classifying.py": "trained classifiers",
    "tests/tickets/test_demo.py": "a furnished desk",
}
FIRST = (*TOGETHER, "tests/faults/", "tests/helpcenter/test_access.py", "tests/tickets/test_simulation.py")


def place(name: str) -> int:
    """Where a test stands in the row."""
    return next((number for number, beginning in enumerate(FIRST) if name.startswith(beginning)), len(FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.nodeid))


class Sharing(LoadScopeScheduling):
    """Hands out tests one by one in their order, and those that share something at once."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for beginning, shared in TOGETHER.items() if nodeid.startswith(beginning)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Any:
    config.option.loadscopereorder = False
    return Sharing(config, log)
