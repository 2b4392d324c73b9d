"""An action is called by keywords, is atomic, and knows nothing of HTTP."""

import ast
import dataclasses
import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

from tests.house.sources import Function, Source, called, in_rooms, place, sources

WRITES = {"save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create",
          "record", "post", "open_task"}  # fmt: skip
# They stand beside actions but change nothing.
READERS = {"portal.outbox.actions.letters.words_of", "portal.outbox.actions.webhooks.payload_of"}
SPEAKS_HTTP = {
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.contrib.messages",
    "django.urls",
    "django.contrib.auth.decorators",
}
# The base of every list of staff lies below all floors, and is a door.
DOORS_OF_LIB = {"portal.lib.model_admin"}


def public_actions() -> Iterator[tuple[Source, Function]]:
    for one in in_rooms("actions"):
        for function in one.top_functions():
            name = f"{one.name}.{function.name}"
            if not function.name.startswith("_") and name not in READERS and is_offered(one, function):
                yield one, function


def is_offered(one: Source, function: Function) -> bool:
    """A package of actions offers what its `__init__` names; the rest is between its parts."""
    package = importlib.import_module(one.name[: one.name.index(".actions") + len(".actions")])
    return function.name in getattr(package, "__all__", [function.name])


def test_actions_are_called_by_keywords() -> None:
    """One leading input may stand without a keyword, if it is a dataclass: `post(Draft(…))`."""
    wrong = []
    for one, function in public_actions():
        positional = function.args.posonlyargs + function.args.args
        if len(positional) > 1 or (positional and not takes_a_dataclass(one, function)):
            wrong.append(f"{place(one, function)} {function.name}")
    assert not wrong, f"Put `*` first (or hand over one dataclass): {wrong}"


def takes_a_dataclass(one: Source, function: Function) -> bool:
    action: Callable[..., Any] = inspect.unwrap(getattr(importlib.import_module(one.name), function.name))
    first = next(iter(inspect.signature(action).parameters))
    return dataclasses.is_dataclass(get_type_hints(action).get(first))


def test_actions_that_write_more_than_once_are_atomic() -> None:
    wrong = []
    for one, function in public_actions():
        siblings = {other.name: other for other in one.top_functions()}
        if not is_atomic(function) and writes(function, siblings, set()) > 1:
            wrong.append(f"{place(one, function)} {function.name}")
    assert not wrong, f"Decorate with @transaction.atomic: {wrong}"


def is_atomic(function: Function) -> bool:
    marks = [ast.unparse(decorator) for decorator in function.decorator_list]
    inside = [
        ast.unparse(item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
    ]
    insists = "in_atomic_block" in ast.unparse(function)  # it refuses to run without its caller's transaction
    return insists or any(mark.startswith("transaction.atomic") for mark in marks + inside)


def writes(function: Function, siblings: dict[str, Function], seen: set[str]) -> int:
    """How many calls write, those of functions of the same file included unless they are whole in themselves."""
    count = 0
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name in siblings and name not in seen:
            inner = siblings[name]
            count += 0 if is_atomic(inner) else writes(inner, siblings, seen | {name})
        elif name in WRITES:
            count += 1
    return count


def test_rows_and_news_know_nothing_of_http() -> None:
    rooms = ("actions", "models", "querysets", "receivers", "tasks", "emails", "states", "events", "current", "search")
    wrong = [place(one) for one in in_rooms(*rooms) if one.imported() & SPEAKS_HTTP - {"django.urls"}]
    of_lib = [one for one in sources() if one.name.startswith("portal.lib.") and one.name not in DOORS_OF_LIB]
    wrong += [place(one) for one in of_lib if one.imported() & SPEAKS_HTTP]
    assert not wrong, f"Only doors (views, api, middleware) know requests: {wrong}"


def test_actions_take_no_request() -> None:
    wrong = [
        place(one, function)
        for one in in_rooms("actions", "receivers", "tasks", "querysets", "emails")
        for function in one.functions()
        if {"request", "response"} & {argument.arg for argument in function.args.args + function.args.kwonlyargs}
    ]
    assert not wrong, f"Hand over what is needed of the request, not the request: {wrong}"


def test_moments_are_named_now_and_may_be_left_out() -> None:
    wrong = []
    for one, function in public_actions():
        keywords = {
            argument.arg: default
            for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        }
        if "now" in keywords and ast.unparse(keywords["now"] or ast.Constant(0)) != "None":
            wrong.append(place(one, function))
    assert not wrong, f"`now: datetime | None = None`, resolved by moment(now): {wrong}"
