from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "portal.events"
    verbose_name = _("Event log")

    def ready(self) -> None:
        """Finds what every app declares (`events.py`) and who listens (`receivers.py`)."""
        autodiscover_modules("events", "receivers")
