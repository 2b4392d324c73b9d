from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        """Plans are shipped rows: they are made (never overwritten) after each migrate, once their tiers are there."""
        from billing.furnish import after_migrate

        post_migrate.connect(after_migrate, sender=self)
