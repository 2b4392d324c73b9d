from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = _("People and organizations")

    def ready(self) -> None:
        """Finds what each app knows of people. Tiers, staff roles and retention rules are shipped rows: they are made
        (never overwritten) after each migrate."""
        from portal.accounts.furnish import after_migrate

        autodiscover_modules("privacy")
        post_migrate.connect(after_migrate, sender=self)
