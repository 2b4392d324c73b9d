import importlib
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from celery import current_app
from django.apps import apps
from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import module_has_submodule

from portal.lib.invariants import Broken

_MODULES = ("portal", "helpcenter", "tickets", "incidents", "billing")


class Command(BaseCommand):
    help = "Plays weeks of work (each app's simulate.py) in a database of its own and checks what must hold at the end."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, days: int, seed: int, **options: Any) -> None:
        begun = time.monotonic()
        with scratch_database():
            try:
                counts = [module.play(days=days, seed=seed) for module in simulate_modules()]
            except Broken as broken:
                raise CommandError(f"Seed {seed}, {days} days: {broken}") from broken
        told = [f"{count} {name}" for one in counts for name, count in one.items()]
        took = round(time.monotonic() - begun)
        self.stdout.write(f"Seed {seed}, {days} days in {took} s: {', '.join(told)}.")


def simulate_modules() -> Iterator[ModuleType]:
    """The `simulate` modules of our apps."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in _MODULES and module_has_submodule(config.module, "simulate"):
            yield importlib.import_module(f"{config.name}.simulate")


@contextmanager
def scratch_database() -> Iterator[None]:
    """A new database with the shipped rows, on the same server, dropped at the end. Wake-ups go nowhere meanwhile."""
    current_app.conf.update(broker_url="memory://")
    kept = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"simulation_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
