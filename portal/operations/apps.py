from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "portal.operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Fills the sockets: what each app measures for the health check, knows to be wrong now and shows to staff."""
        autodiscover_modules("probes", "current", "metrics")
