"""Every model can be made, named and migrated."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.core.management import call_command
from django.db import models
from django.db.migrations.loader import MigrationLoader
from factory.django import DjangoModelFactory

import tests.factories
from tests.house.sources import APPS

EXTENSIONS = {"pg_trgm", "unaccent", "btree_gist"}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_config.name in APPS and not model._meta.proxy]


def factories() -> dict[type[models.Model], type[DjangoModelFactory]]:
    """The first factory of each model in tests/factories."""
    found: dict[type[models.Model], type[DjangoModelFactory]] = {}
    for one in pkgutil.iter_modules(tests.factories.__path__):
        module = importlib.import_module(f"tests.factories.{one.name}")
        for factory in vars(module).values():
            if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and factory._meta.model:
                found.setdefault(factory._meta.model, factory)
    return found


def test_every_model_has_a_factory() -> None:
    missing = set(our_models()) - set(factories())
    assert not missing, f"Add a factory under tests/factories: {sorted(model._meta.label for model in missing)}"


@pytest.mark.django_db
@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_factory_makes_a_row_that_can_be_named(model: type[models.Model]) -> None:
    factory = factories().get(model)
    assert factory, "It has no factory."
    assert str(factory()) != ""


def test_every_model_says_how_it_is_named() -> None:
    silent = [model._meta.label for model in our_models() if model.__str__ is models.Model.__str__]
    assert not silent, f"Give them a __str__: {silent}"


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except SystemExit:
        pytest.fail("Models have changed: run manage.py makemigrations.")


def test_migrations_need_common_extensions_only() -> None:
    loader = MigrationLoader(None)
    used = {
        operation.name
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, CreateExtension)
    }
    assert used <= EXTENSIONS, f"Not on every managed PostgreSQL: {sorted(used - EXTENSIONS)}"
