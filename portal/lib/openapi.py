"""The OpenAPI document as it is published, and the same as a reference for people."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
_PROBLEM: Schema = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs: it stays the same when the words change."},
        "detail": {"type": "string", "description": "For people."},
        "errors": {
            "type": "array",
            "description": "What is wrong with the address (400) or the body (422), one by one.",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("in", "at", "detail")},
                "required": ["in", "at", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_LIMITS = {
    "RateLimit-Policy": "How many requests (q) in how many seconds (w).",
    "RateLimit": "How many are left (r), and in how many seconds (t) the count begins anew.",
}
_ANSWERED = {
    "Problem": {
        "description": "It did not work, and why.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


def completed(document: Schema, *, server: str) -> Schema:
    """What the framework told of the endpoints, with what holds for all of them: errors, limits, the token."""
    for methods in document["paths"].values():
        for told in methods.values():
            is_open = not told.get("x-scope")
            told["security"] = [*([{}] if is_open else []), {"token": []}]
            for answer in told["responses"].values():
                answer["headers"] = {name: _header(words) for name, words in _LIMITS.items()}
            told["responses"] = {**told["responses"], "default": {"$ref": "#/components/responses/Problem"}}
    components = document["components"]
    components["schemas"]["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    components["responses"] = _ANSWERED
    plain: Schema = json.loads(json.dumps({**document, "servers": [{"url": server}]}))
    return plain


def _header(words: str) -> Schema:
    return {"description": words, "schema": {"type": "string"}}


def reference(document: Schema) -> list[Schema]:
    """The endpoints by group, each as a page shows it: what it takes, what it answers."""
    groups: dict[str, list[Schema]] = {}
    for path, methods in document["paths"].items():
        for method, told in sorted(methods.items()):
            group = groups.setdefault((told.get("tags") or [""])[0], [])
            group.append(_endpoint(document, path, method, told))
    return [{"name": name, "endpoints": found} for name, found in groups.items()]


def _endpoint(document: Schema, path: str, method: str, told: Schema) -> Schema:
    body = _schema(told.get("requestBody", {}))
    answer = _schema(next(iter(told["responses"].values())))
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": told["summary"],
        "description": told["description"].partition("\n")[2].strip(),
        "scope": told["x-scope"],
        "parameters": [_parameter(one) for one in told.get("parameters", [])],
        "sent": list(_fields(document, body)),
        "answers": list(_fields(document, answer)),
    }


def _schema(told: Schema) -> Schema:
    """Of a body or an answer, in whatever media type; empty where there is none."""
    return next((one.get("schema", {}) for one in told.get("content", {}).values()), {})


def _parameter(one: Schema) -> Schema:
    schema = one["schema"]
    kind = " | ".join(map(str, schema["enum"])) if "enum" in schema else schema.get("type", "string")
    told = {name: one.get(name, "") for name in ("name", "in", "required", "description")}
    return {**told, "kind": kind, "default": schema.get("default", "")}


def _fields(document: Schema, schema: Schema, within: str = "") -> Iterator[Schema]:
    """Each field with its kind; `organizations[].name` is the name of each organization."""
    schema = _resolved(document, schema)
    for name, one in schema.get("properties", {}).items():
        found = _resolved(document, one)
        is_required = name in schema.get("required", [])
        words = one.get("description") or found.get("description", "")
        yield {"name": within + name, "kind": _kind(document, one), "required": is_required, "description": words}
        yield from _fields(document, found, f"{within}{name}.")
        yield from _fields(document, found.get("items", {}), f"{within}{name}[].")


def _resolved(document: Schema, schema: Schema) -> Schema:
    """What a reference stands for; of something that may be null what it is otherwise."""
    for one in schema.get("anyOf", []):
        if one.get("type") != "null":
            return {**_resolved(document, one), **{key: schema[key] for key in ("description",) if key in schema}}
    if "$ref" in schema:
        return dict(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    return schema


def _kind(document: Schema, schema: Schema) -> str:
    found = _resolved(document, schema)
    kind = " | ".join(map(str, found["enum"])) if "enum" in found else str(found.get("type", "any"))
    can_be_null = any(one.get("type") == "null" for one in schema.get("anyOf", []))
    return f"{kind} | null" if can_be_null else kind
