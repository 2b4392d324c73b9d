import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.management import BaseCommand
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from portal.accounts.models import Organization, User

# Who comes later builds on those before: tickets are filed by people, incidents gather tickets.
_ORDER = ("portal.accounts", "billing", "helpcenter", "tickets", "incidents")
_LOCK = 7_406_011  # any number, the same for everybody who furnishes


class Command(BaseCommand):
    help = "Furnishes the demo tenant (each app's demo.py) in a portal that has no people and organizations yet."

    def handle(self, **options: Any) -> None:
        """All of it in one transaction: cut off half-way, it leaves an empty portal to start from again."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            modules = list(demo_modules())
            if not modules or User.objects.exists() or Organization.objects.exists():
                return
            self.stdout.write("Furnishing the demo tenant …")
            self.stdout.flush()
            now = timezone.now()
            for module in modules:
                module.furnish(now=now)


def demo_modules() -> Iterator[ModuleType]:
    """The `demo` modules of our apps, in the order they are furnished."""
    ours = [config for config in apps.get_app_configs() if config.name.split(".")[0] in {"portal", *_ORDER}]
    for config in sorted(ours, key=lambda config: _place(config.name)):
        if module_has_submodule(config.module, "demo"):
            yield importlib.import_module(f"{config.name}.demo")


def log_ins() -> list[tuple[str, str, str]]:
    """Role, address and password of the people one may log in as (the apps' `demo.LOGINS`)."""
    return [row for module in demo_modules() for row in getattr(module, "LOGINS", [])]


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
