"""Templates: no inline script or style (the policy forbids them), no other app's pages, no other host."""

import re

from tests.house.sources import ROOT, templates

# Letters have no stylesheet to link to; the published status page carries its own, so that it stands without the rest.
INLINE_STYLE_ALLOWED = ("emails/", "incidents/published")
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", re.I)
STYLE = re.compile(r"<style\b|\sstyle=", re.I)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+=|javascript:|\bhx-on", re.I)
OTHER_HOST = re.compile(
    r"""(?:(?:src|href|action|srcset|data-[a-z-]+)\s*=\s*["']|url\(\s*["']?|@import\s+["'])(?:https?:)?//[^"')\s]+""",
    re.I,
)
EXTENDS = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"'#]+)""")
SHARED = ("components/", "base.html", "emails/", "admin/", "unfold/", "allauth/", "account/", "mfa/", "usersessions/")


def test_no_template_carries_script() -> None:
    wrong = [name for name, text in templates().items() if SCRIPT.search(text) or HANDLER.search(text)]
    assert not wrong, f"Move it to static/js; behavior hangs on data attributes: {wrong}"


def test_no_template_carries_style() -> None:
    found = [name for name, text in templates().items() if STYLE.search(text)]
    wrong = [name for name in found if not name.startswith(INLINE_STYLE_ALLOWED)]
    assert not wrong, f"Move it to static/css: {wrong}"


def test_nothing_is_fetched_from_another_host() -> None:
    written = {name: text for name, text in templates().items() if not name.startswith("emails/")}
    for path in (ROOT / "static").rglob("*.css"):
        written[str(path.relative_to(ROOT))] = path.read_text()
    wrong = {name: OTHER_HOST.findall(text) for name, text in written.items() if OTHER_HOST.search(text)}
    assert not wrong, f"Everything comes from our own address: {wrong}"


def test_apps_never_include_each_others_templates() -> None:
    wrong = []
    for name, text in templates().items():
        own = name.split("/")[0] + "/"
        wrong += [
            f"{name} → {used}" for used in EXTENDS.findall(text) if "/" in used and not used.startswith((own, *SHARED))
        ]
    assert not wrong, f"Apps meet by URL (hx-get), not by include: {wrong}"
