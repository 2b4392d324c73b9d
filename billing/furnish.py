"""The plans every portal starts with. Never overwrites what staff set."""

from typing import Any

from django.db import connection, transaction

from billing.models import Plan
from portal.accounts.models import Tier

# slug (of the tier too), name, price per month and per year in cents, for whom, what is promised
PLANS: list[tuple[str, str, int, int, str, list[list[str | bool]]]] = [
    (
        "pro",
        "Pro",
        49_00,
        490_00,
        "For one desk that wants answers within a day.",
        [["First answer", "within 24 hours"], ["First answer, Critical", "within 15 minutes"]],
    ),
    (
        "elite",
        "Elite",
        199_00,
        1990_00,
        "For teams that trade every day and cannot wait for one.",
        [["First answer", "within 4 hours"], ["First answer, Critical", "within 15 minutes"]],
    ),
    (
        "ultra-premium",
        "Ultra Premium",
        799_00,
        7990_00,
        "For houses that want a person who knows them, on the phone too.",
        [["First answer", "within 1 hour"], ["First answer, Critical", "within 15 minutes"]],
    ),
]


def after_migrate(**_options: Any) -> None:
    """Connected to Django's post_migrate of this app; going back to before its tables existed makes nothing."""
    if Plan._meta.db_table not in connection.introspection.table_names():
        return
    with transaction.atomic():
        make_plans()


def make_plans() -> None:
    tiers = {tier.slug: tier for tier in Tier.objects.all()}
    for position, (slug, name, month, year, description, features) in enumerate(PLANS, start=1):
        if slug not in tiers:
            continue
        defaults = {
            "name": name,
            "tier": tiers[slug],
            "price_per_month": month,
            "price_per_year": year,
            "description": description,
            "features": features,
            "position": position,
        }
        Plan.objects.get_or_create(slug=slug, defaults=defaults)
