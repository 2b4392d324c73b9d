from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SuccessConfig(AppConfig):
    name = "portal.success"
    verbose_name = _("Customer success")

    def ready(self) -> None:
        """Fills the socket: what each app knows of how a customer fares; after a migrate each has its weight."""
        from portal.success.actions import make_weights

        autodiscover_modules("health")
        post_migrate.connect(make_weights, sender=self)
