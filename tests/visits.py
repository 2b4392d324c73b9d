"""A pytest plugin: which addresses the tests ask for. When all tests ran, each address of ours must be among them."""

import pytest

_KEY = "visited_paths"
_paths: set[str] = set()


def note(sender: object, environ: dict[str, str] | None = None, **_rest: object) -> None:
    if environ is not None:
        _paths.add(environ["PATH_INFO"])


def pytest_sessionstart(session: pytest.Session) -> None:
    from django.core.signals import request_started

    request_started.connect(note)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """What a parallel worker has seen comes back to the controlling process."""
    _paths.update(getattr(node, "workeroutput", {}).get(_KEY, []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_KEY] = sorted(_paths)
        return
    if exitstatus == pytest.ExitCode.OK and _ran_everything(session.config):
        missing = _never_visited()
        if missing:
            session.config.stash[_MISSING] = missing
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


_MISSING = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if missing := config.stash.get(_MISSING, None):
        terminalreporter.section("Addresses that no test asks for", red=True)
        terminalreporter.write_line(", ".join(missing))


def _ran_everything(config: pytest.Config) -> bool:
    narrowed = config.option.keyword or config.option.markexpr or config.getoption("lf", default=False)
    return not narrowed and not config.option.deselect and config.args == config.getini("testpaths")


def _never_visited() -> list[str]:
    from tests.house.test_addresses import ours, visited

    return sorted({one.name for one in ours()} - visited(_paths))
