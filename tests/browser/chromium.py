"""Finds a Chromium for the browser tests; as a program (`python -m tests.browser.chromium`) it also installs one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = "The browser tests need Chromium: install it, or name it with CHROMIUM=/path/to/chromium."


def find() -> str | None:
    """CHROMIUM from the environment, else one on PATH, else the one Playwright brought."""
    if named := os.environ.get("CHROMIUM"):
        return named if shutil.which(named) else None
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By the system's package manager where that is allowed, else by Playwright; failures show on stderr."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, **quiet)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, stdout=sys.stderr)


def main() -> None:
    if find() is None and not os.environ.get("CHROMIUM"):
        sys.stderr.write("Installing Chromium for the browser tests …\n")
        install()
    found = find()
    if found is None:
        sys.exit(MISSING)
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main()
