from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Categories and promises are shipped rows: they are made (never overwritten) after each migrate."""
        from tickets.furnish import after_migrate

        post_migrate.connect(after_migrate, sender=self)
