"""Browser tests: the real stack, a real Chromium, and a page that fails its test when it complains."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser import chromium
from tests.stack import Stack

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in SIZES]
# Chromium reports every answer above 399; bad input (422), refusals (409) and links that ended (410) are meant. htmx
# reports what it asked for when the page was left; what failed it reports by other names too.
MEANT = re.compile(
    r"Failed to load resource: the server responded with a status of (409|410|422)|htmx:(sendAbort|afterRequest),"
)
QUIET = [
    *("--disable-gpu", "--disable-quic", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
]
PATIENCE_MS = 15_000  # two looks of a page that stays open, and a busy machine
OpenPage = Callable[..., Page]


@dataclass
class Complaints:
    """What a page did that none of ours may do."""

    heard: list[str] = field(default_factory=list)

    def listen_to(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        asked_for = message.page.url if message.page else ""
        is_missing_page = "404" in message.text and message.location.get("url") == asked_for
        if message.type == "error" and not MEANT.match(message.text) and not is_missing_page:
            self.heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname != "127.0.0.1":
            self.heard.append(f"another host: {request.url}")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The furnished portal with web server, worker and beat. Its letters are in `stack.mail`."""
    folder = Path(os.environ["LOCAL_DIR"]) / "stack"  # kept between runs: static files are collected once
    with Stack(folder) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests; ended before tests that use the database themselves."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=arguments)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, stack: Stack) -> Iterator[OpenPage]:
    """Opens pages, each as another visitor: `open_page(scheme="dark", size="phone", javascript=False)`.

    The test fails when a page writes an error to its console or asks another host for anything.
    """
    complaints, contexts = Complaints(), []

    def open_one(*, scheme: str = "light", size: str = "desktop", javascript: bool = True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=stack.url,
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            has_touch=size == "phone",
            java_script_enabled=javascript,
            locale="en-US",
            timezone_id="UTC",
        )
        contexts.append(context)
        context.on("page", complaints.listen_to)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints.heard, complaints.heard


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor at a desk, by day."""
    return open_page()


@pytest.fixture(params=LOOKS, ids=["-".join(look) for look in LOOKS])
def any_page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A page in each look: light and dark, phone and desktop."""
    scheme, size = request.param
    return open_page(scheme=scheme, size=size)
