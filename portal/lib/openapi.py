"""The description of an API as an OpenAPI 3.1 document, built from what each endpoint says of itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
_PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")
_PROBLEM: Schema = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs: it stays the same when the words change."},
        "detail": {"type": "string", "description": "For people."},
    },
    "required": ["type", "title", "status", "code", "detail"],
}


@dataclass(frozen=True)
class Operation:
    """One endpoint: what it needs, what it answers, and its docstring as its description."""

    method: str
    scope: str
    words: str
    answers: Schema = field(default_factory=lambda: {"type": "object"})

    @property
    def summary(self) -> str:
        return self.words.strip().split("\n")[0].rstrip(".")


def parameters(route: str) -> list[Schema]:
    """What stands in the address, as in `tickets/<str:public_id>`."""
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if kind == "int" else "string"},
        }
        for kind, name in _PLACEHOLDER.findall(route)
    ]


def document(found: Iterable[tuple[str, Operation]], *, title: str, server: str) -> Schema:
    """The whole document. `found` are routes below the server, as Django writes them, with their operations."""
    paths: dict[str, Schema] = {}
    for route, one in found:
        address = "/" + _PLACEHOLDER.sub(r"{\2}", route)
        paths.setdefault(address, {})[one.method.lower()] = _operation(route, one)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
            "responses": {
                "Problem": {
                    "description": "It did not work, and why.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
        },
    }


def _operation(route: str, one: Operation) -> Schema:
    told: Schema = {
        "summary": one.summary,
        "description": one.words.strip(),
        "x-scope": one.scope,
        "parameters": parameters(route),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": one.answers}}},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if one.method == "POST":
        told["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "maxLength": 200},
                "description": "The same key with the same request counts once for 24 hours.",
            }
        )
    if one.method in {"POST", "PUT", "PATCH"}:
        told["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return told
