"""Mounts the endpoints of every app: the `urlpatterns` of its `api.py`, all under `/api/v1/`. And their reference."""

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, include, path, re_path, reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from portal.accounts.api import problem
from portal.accounts.states import TokenScope
from portal.lib.openapi import Operation, Schema, document
from portal.web.htmx import page

_OURS = ("portal.", "billing", "helpcenter", "incidents", "tickets")


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> HttpResponse:
    """An address of the API that is none: says so as JSON instead of as a page."""
    return problem(404, "not_found", "There is no such endpoint.")


def _patterns() -> list[URLPattern]:
    found: list[URLPattern] = []
    for config in apps.get_app_configs():
        if config.name.startswith(_OURS) and module_has_submodule(config.module, "api"):
            found += import_module(f"{config.name}.api").urlpatterns
    return found


def _operations() -> Iterator[tuple[str, Operation]]:
    for one in _endpoints:
        operation = getattr(one.callback, "operation", None)
        if operation is not None:
            yield str(one.pattern), operation


def _described(request: HttpRequest) -> Schema:
    server = request.build_absolute_uri(reverse("api:docs")).removesuffix("/docs")
    return document(_operations(), title=str(_("API")), server=server)


@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for programs."""
    return JsonResponse(_described(request), headers={"Access-Control-Allow-Origin": "*"})


@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    described = _described(request)
    endpoints = [
        {
            "method": method.upper(),
            "path": path,
            "scope": TokenScope(told["x-scope"]).label,
            "parameters": told["parameters"],
            "answers": list(_fields(told["responses"]["200"]["content"]["application/json"]["schema"])),
            **{name: told[name] for name in ("summary", "description")},
        }
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    ]
    return page(request, "api/docs.html", {"server": described["servers"][0]["url"], "endpoints": endpoints})


def _fields(schema: Schema, within: str = "") -> Iterator[tuple[str, str]]:
    """Each field of an answer with its kind; `organizations[].name` is the name of each organization."""
    for name, kind in schema.get("properties", {}).items():
        types = kind.get("type", "any")
        yield within + name, types if isinstance(types, str) else " | ".join(types)
        yield from _fields(kind, f"{within}{name}.")
        yield from _fields(kind.get("items", {}), f"{within}{name}[].")


app_name = "api"
_endpoints = _patterns()
urlpatterns = [
    path("v1/docs", docs, name="docs"),
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/", include(_endpoints)),
    re_path("", not_found, name="not_found"),
]
