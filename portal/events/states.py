from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running outside")  # claimed by a worker that speaks to a service outside
    DONE = "done", _("Done")
    PARKED = "parked", _("Parked")  # gave up; staff look at it and replay it
