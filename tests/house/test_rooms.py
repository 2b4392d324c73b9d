"""Where a line of code lives (the rooms of the architecture page), and what may not be in which room."""

import ast
import re

from tests.house.sources import APPS, ROOT, called, in_rooms, place, sources

ROOMS = {
    *("__init__", "apps", "urls", "migrations", "management"),
    *("states", "events", "models", "querysets", "actions", "forms", "api", "views", "admin_views", "admin"),
    *("receivers", "tasks", "emails", "gateway", "search", "metrics", "health", "probes", "current", "privacy"),
    *("answers", "feeds", "demo", "simulate"),
}
# Rooms that one app has for itself, each named on the architecture page or needed by a library.
ROOMS_OF = {
    "portal.accounts": {"adapter", "context", "furnish", "middleware", "roles", "templatetags"},
    "portal.events": {"listeners"},
    "portal.outbox": {"letters", "transports"},
    "portal.web": {"context", "files", "htmx", "middleware", "origin", "page_cache", "templatetags"},
    "tickets": {"channels", "furnish"},
    "billing": {"furnish", "sandbox"},
    "helpcenter": {"content"},
}
ROOF = {
    *("__init__", "settings", "env", "urls", "celery", "schedule", "wsgi", "site", "api"),
    *("lib", "events", "outbox", "web", "accounts", "operations", "success", "management", "locale"),
}
TOP = {
    *("manage.py", "pyproject.toml", "README.md", "LICENSE", "Makefile", "requirements.txt", "requirements-dev.txt"),
    "requirements-models.txt",
    *("Dockerfile", "compose.yaml", "portal", "billing", "helpcenter", "incidents", "tickets"),
    *("templates", "static", "tests"),
}
SPEAKS_OUTSIDE = {"requests", "httpx", "urllib3", "urllib.request", "http.client", "aiohttp", "socket", "smtplib"}
MAY_SPEAK_OUTSIDE = {
    "portal.lib.fetch",  # the one place that calls an address a person entered
    "portal.lib.clamd",  # the scanner that the operator named
    "portal.lib.bulkhead",  # answers on connections that others opened
    "portal.lib.embedded",
    "portal.management.local",
    "portal.management.commands.up",
    "portal.outbox.transports",
    "billing.gateway",
}
BANNED_MODULES = {"utils", "helpers", "helper", "common", "core", "misc", "services", "signals", "manager", "managers"}
BANNED_NAMES = {"data", "info", "manager", "helper", "helpers", "utils"}


def entries(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).iterdir() if not path.name.startswith((".", "__pycache__"))}


def test_an_app_has_only_rooms_that_are_known() -> None:
    unknown = {
        app: sorted(entries(app.replace(".", "/")) - ROOMS - ROOMS_OF.get(app, set()))
        for app in APPS
        if entries(app.replace(".", "/")) - ROOMS - ROOMS_OF.get(app, set())
    }
    assert not unknown, f"Not a room of the architecture page; find the room this code belongs to: {unknown}"


def test_the_roof_and_the_top_folder_hold_what_is_listed_and_nothing_else() -> None:
    assert entries("portal") <= ROOF, f"Not listed under portal/: {sorted(entries('portal') - ROOF)}"
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))} - {"static_root"}
    assert found <= TOP, f"Not listed at the top: {sorted(found - TOP)}"


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [one.name for one in sources() if BANNED_MODULES & set(one.name.split("."))]
    assert not drawers, f"Name the module by what it knows: {drawers}"


def test_no_name_says_nothing() -> None:
    empty = []
    for one in sources():
        for node in ast.walk(one.tree):
            is_made = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in BANNED_NAMES
            if is_made or (isinstance(node, ast.arg) and node.arg in BANNED_NAMES):
                empty.append(place(one, node))
    assert not empty, f"Names like data, info or manager say nothing: {empty}"


def test_nothing_listens_to_model_signals() -> None:
    """`post_migrate` is no model signal: shipped rows are made by it."""
    signals = {f"django.db.models.signals.{name}" for name in ("pre_save", "post_save", "pre_delete", "post_delete",
               "m2m_changed", "pre_init", "post_init", "class_prepared")}  # fmt: skip
    found = [place(one) for one in sources() if one.imported() & signals or "models import signals" in one.text]
    assert not found, f"Reactions are receivers of recorded events (@on), never model signals: {found}"


def test_work_after_a_commit_is_arranged_in_the_event_log_and_the_outbox_only() -> None:
    found = [
        place(one, node)
        for one in sources()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call)
        and called(node) == "on_commit"
        and one.app not in {"portal.events", "portal.outbox"}
    ]
    assert not found, f"on_commit stands in portal/events and portal/outbox only; record an event instead: {found}"


def test_actions_never_import_tasks() -> None:
    found = [place(one) for one in in_rooms("actions") if any(re.search(r"\.tasks\b", name) for name in one.imported())]
    assert not found, f"An action writes rows; the sweep and the wake-up start tasks: {found}"


def test_only_few_modules_speak_to_the_outside() -> None:
    found = [
        place(one)
        for one in sources()
        if one.name not in MAY_SPEAK_OUTSIDE
        and not one.name.startswith(("tickets.channels.", "billing.sandbox."))
        and {name for name in one.imported() if name in SPEAKS_OUTSIDE or name.split(".")[0] in SPEAKS_OUTSIDE}
    ]
    assert not found, f"An address a person entered is called by portal/lib/fetch.py, a service by its gateway: {found}"


def test_the_clock_is_read_in_one_place() -> None:
    rooms = ("actions", "models", "querysets", "receivers", "emails", "search", "metrics", "health", "current")
    found = [
        place(one, node)
        for one in in_rooms(*rooms)
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"timezone.now", "datetime.now", "date.today"}
    ]
    assert not found, f"Take `now` as a parameter and resolve it by portal.lib.clock.moment(now): {found}"


def test_an_app_is_named_in_the_list_of_rooms_before_it_is_installed() -> None:
    """So that no app escapes these rules."""
    folders = {path.parent for path in ROOT.glob("*/apps.py")} | {path.parent for path in ROOT.glob("portal/*/apps.py")}
    found = {".".join(path.relative_to(ROOT).parts) for path in folders}
    assert found == set(APPS)
