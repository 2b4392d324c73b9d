"""The rows every portal starts with: tiers, staff roles as groups, a default brand. Never overwrites what staff set,
except the roles' permissions, which are code (`portal.accounts.roles`)."""

from typing import Any

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from portal.accounts.models import Brand, RetentionRule, Tier
from portal.accounts.roles import PERMISSIONS
from portal.accounts.states import StaffRole
from portal.lib.privacy import ageings

TIERS: list[dict[str, Any]] = [
    {"slug": "pro", "name": "Pro", "rank": 1, "seats": 5, "api_requests_per_minute": 60},
    {"slug": "elite", "name": "Elite", "rank": 2, "seats": 25, "api_requests_per_minute": 300},
    {
        "slug": "ultra-premium",
        "name": "Ultra Premium",
        "rank": 3,
        "seats": 250,
        "api_requests_per_minute": 1200,
        "has_phone": True,
        "has_success_manager": True,
    },
]


def after_migrate(**_options: Any) -> None:
    """Connected to Django's post_migrate of this app."""
    for config in live_apps.get_app_configs():
        create_permissions(config, verbosity=0)
    with transaction.atomic():
        make_tiers()
        make_roles()
        make_retention_rules()


def make_tiers() -> None:
    for row in TIERS:
        Tier.objects.get_or_create(slug=row["slug"], defaults=row)
    if not Brand.objects.exists():
        Brand.objects.create(name="Portal", is_default=True)


def make_retention_rules() -> None:
    """One row per thing that goes with age; staff change how long, and switch it on."""
    for name, one in ageings().items():
        RetentionRule.objects.get_or_create(what=name, defaults={"days": one.days, "is_on": one.is_on})


def make_roles() -> None:
    """One group per staff role, holding just the permissions of the table."""
    for role in StaffRole:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.set(Permission.objects.filter(_matching(PERMISSIONS[role])))


def _matching(patterns: list[str]) -> Q:
    wanted = Q(pk__in=[])
    for pattern in patterns:
        if pattern == "*":
            return Q()
        app, codename = pattern.split(".")
        verb, model = codename.split("_", 1)
        names = [f"{one}_{model}" for one in ("view", "add", "change", "delete")] if verb == "*" else [codename]
        wanted |= Q(content_type__app_label=app, codename__in=names)
    return wanted
