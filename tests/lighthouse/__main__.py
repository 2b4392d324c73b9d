"""`make lighthouse`: what Google's Lighthouse says of the public pages, on a phone and on a desk; 95 or more each.

Needs Node with npm; Lighthouse itself is fetched once, in the version named here, into `.local/lighthouse`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from portal.lib import embedded
from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".local" / "lighthouse"
VERSION = "12.8.2"
PAGES = {
    "home": "/",
    "article": "/help/getting-started/dashboard-guide/",
    "search": "/help/search/",
    "results": "/help/search/?q=signal+delivery",
    "ask": "/help/ask/",
    "status": "/status/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
REACH = 95
# What a search finds and what the bot says is closed to crawlers. The status page lets nothing be fetched from it: not
# robots.txt either, which Lighthouse looks for from within the page.
ON_PURPOSE = {("results", "seo"), ("ask", "seo"), ("status", "seo")}
TRIES = 3  # a browser that starts on a busy machine is looked at too late at times: "no navigation start"
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", nargs="+", choices=sorted(PAGES), default=list(PAGES))
    options.add_argument("--forms", nargs="+", choices=["mobile", "desktop"], default=["mobile", "desktop"])
    chosen = options.parse_args()
    program, browser = _program(), chromium.find()
    if browser is None:
        sys.exit(chromium.MISSING)
    started = embedded.start(FOLDER / "servers", durable=False)
    os.environ.update(DATABASE_URL=started.addresses["database"], VALKEY_URL=started.addresses["valkey"])
    from tests.stack import Stack  # after the addresses are known

    found = {}
    try:
        with Stack(FOLDER / "stack", name="lighthouse", STAFF_SECOND_FACTOR="off", HASHED_STATIC="on") as stack:
            for name in chosen.pages:
                for form in chosen.forms:
                    report = _audit(program, browser, f"{stack.url}{PAGES[name]}", form)
                    found[f"{name}, {form}"] = _scores(report)
                    _tell(f"{name}, {form}", report)
    finally:
        started.stop()
    (FOLDER / "scores.json").write_text(json.dumps(found, indent=2))
    if any(_falls_short(name, scores) for name, scores in found.items()):
        sys.exit(1)


def _falls_short(name: str, scores: dict[str, int]) -> bool:
    page = name.partition(",")[0]
    return any(score < REACH for kind, score in scores.items() if (page, kind) not in ON_PURPOSE)


def _program() -> Path:
    """Lighthouse in the named version."""
    if shutil.which("npm") is None:
        sys.exit("Lighthouse needs Node with npm: install it first.")
    place = FOLDER / "node_modules" / ".bin" / "lighthouse"
    manifest = FOLDER / "node_modules" / "lighthouse" / "package.json"
    if not manifest.exists() or json.loads(manifest.read_text())["version"] != VERSION:
        FOLDER.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"]
        subprocess.run(["npm", "install", "--prefix", str(FOLDER), *quiet, f"lighthouse@{VERSION}"], check=True)
    return place


def _audit(program: Path, browser: str, address: str, form: str) -> dict:
    """Lighthouse's report as JSON; ends the run with its own words when it could not look."""
    command = [str(program), address, "--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={FLAGS}"]
    preset = ["--preset=desktop"] if form == "desktop" else []
    for _ in range(TRIES):
        done = subprocess.run(
            [*command, *preset, f"--only-categories={','.join(CATEGORIES)}"],
            env={**os.environ, "CHROME_PATH": browser},
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.returncode:
            return json.loads(done.stdout)
    sys.exit(f"Lighthouse did not look at {address}:\n{done.stderr[-2000:]}")


def _scores(report: dict) -> dict[str, int]:
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}


def _tell(name: str, report: dict) -> None:
    """The scores, and below them what took points away."""
    scores = _scores(report)
    sys.stdout.write(f"{name:18} {'  '.join(f'{kind} {score}' for kind, score in scores.items())}\n")
    for kind in CATEGORIES:
        for audit in report["categories"][kind]["auditRefs"]:
            result = report["audits"][audit["id"]]
            if audit["weight"] and (result["score"] or 0) < 0.9 and result["scoreDisplayMode"] != "notApplicable":
                sys.stdout.write(f"    {kind}: {result['title']} {result.get('displayValue', '')}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
