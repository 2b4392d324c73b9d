"""Who may open which address, and that every address is opened by some test."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.house.sources import sources_of_tests

# Pages anybody may read.
PUBLIC = {
    "web:robots", "web:favicon",
    "helpcenter:home", "helpcenter:index", "helpcenter:category", "helpcenter:article", "helpcenter:article_markdown",
    "helpcenter:permalink", "helpcenter:search", "helpcenter:suggest", "helpcenter:vote", "helpcenter:sitemap",
    "helpcenter:ask", "helpcenter:answer", "helpcenter:answer_panel",
    "helpcenter:llms",
    "helpcenter:file", "helpcenter:feed",
    "helpcenter:preview",  # the link's signature opens it
    "incidents:status", "incidents:history", "incidents:incident", "incidents:maintenance", "incidents:document",
    "incidents:banner", "incidents:line",
    "accounts:accept_invitation",  # the letter's secret opens it; joining asks for the log-in
    "tickets:copy",  # the letter's link ends the copies to its address, and nothing else
    "tickets:rate",  # the letter's key opens it, for its one ticket
    "tickets:guest_new",
    "tickets:guest_first_upload",  # a visitor's file for that form, within limits; nobody gets it back
    # A letter's secret, then the signed link of one ticket opens these.
    "tickets:guest_confirm", "tickets:guest_ticket", "tickets:guest_reply", "tickets:guest_again",
    "tickets:guest_upload", "tickets:guest_file", "tickets:guest_move",
    "tickets:file_by_key",  # a link of the last minute, at the origin of files
    "accounts:brand_logo", "accounts:brand_stylesheet",
    "api:docs",
    "operations:live", "operations:ready", "operations:health",  # details for staff only
    "billing:pricing",
}  # fmt: skip
# Machines come without a log-in and show a credential of their own. Each has a test of its own that it does.
DOORS = {
    "operations:metrics",
    "web:pulse",  # the token that the page carries says who asks about what
    "api:openapi", "api:not_found",
    "api:me", "api:organizations", "api:organization",
    "api:file_ticket", "api:patch_ticket", "api:solve_ticket", "api:close_ticket", "api:reopen_ticket",
    "api:messages", "api:note", "api:upload_file", "api:file", "api:file_content", "api:files",
    "api:articles", "api:article", "api:search_articles", "api:status",  # for everybody, within a limit
}  # fmt: skip
# allauth's pages for people who are not logged in (yet).
LOG_IN = {
    "account_login", "account_signup", "account_inactive", "account_confirm_email", "account_email_verification_sent",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_login_code", "account_request_login_code",
    "account_signup_by_passkey", "mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust",
    "account_logout", "account_reauthenticate",
}  # fmt: skip
# Libraries' own addresses: not ours to visit one by one.
LIBRARIES = ("account_", "mfa_", "usersessions_", "socialaccount_", "admin:")
FILLERS = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "6f1c9ab5-94bb-4ba7-a8a5-6c5a0c2d8a11"}


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Any

    @property
    def needs_login(self) -> bool:
        return getattr(self.view, "login_required", True)

    @property
    def path(self) -> str:
        """The address with every placeholder filled."""
        filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLERS.get(found[1] or "str", "x"), self.route)
        filled = re.sub(r"\(\?P<\w+>[^)]*\)", "x", filled)
        return "/" + filled.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


@cache
def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], route: str, space: str) -> Iterator[Address]:
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield Address(f"{space}{one.name or here}", here, one.callback)


def ours() -> list[Address]:
    return [one for one in addresses() if not one.name.startswith(LIBRARIES)]


def test_only_listed_addresses_are_open_without_log_in() -> None:
    is_open = {one.name for one in addresses() if not one.needs_login and not one.name.startswith("admin:")}
    assert not is_open - PUBLIC - DOORS - LOG_IN, (
        f"Open to everybody but not listed: {is_open - PUBLIC - DOORS - LOG_IN}"
    )
    assert not (PUBLIC | DOORS) - is_open, f"Listed as open but needs a log-in or is gone: {(PUBLIC | DOORS) - is_open}"


@pytest.mark.django_db
@pytest.mark.parametrize("address", [one for one in addresses() if one.needs_login], ids=lambda one: one.name)
def test_without_log_in_nothing_else_opens(address: Address, client: Client) -> None:
    """Really asked: the answer is the log-in page (or that there is nothing), never a page."""
    response = client.get(address.path)
    goes_to_login = response.status_code == 302 and "/login" in response["Location"]
    assert goes_to_login or response.status_code in {404, 301, 405}, f"{address.path} answers {response.status_code}"


def visited(paths: set[str]) -> set[str]:
    """The addresses' names that were asked for, or stand in tests (of the browser, say) by name or by path.

    `tests.visits` asks this when all tests have run.
    """
    found = {name for path in paths for name in _resolved(path)}
    for one in sources_of_tests():
        if ".house." in f"{one.name}.":
            continue
        for node in ast.walk(one.tree):
            text = _literal(node)
            found |= {text} if text else set()
            found |= _resolved(text) if text.startswith("/") else set()
    return found


def _literal(node: ast.AST) -> str:
    """A string constant; in an f-string each value counts as a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
    return ""


def _resolved(path: str) -> set[str]:
    try:
        return {resolve(path.split("?")[0]).view_name}
    except Resolver404:
        return set()
