"""The Celery application. Tasks live in each app's `tasks.py`; the clock's entries in `portal.schedule`."""

import os

import billiard.pool
from celery import Celery

from portal.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Nobody reads results here, so a child that ends does not wait half a minute for the parent to have read them.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 10

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
