"""The Celery application. Tasks live in each app's `tasks.py`; the clock's entries in `portal.schedule`."""

import os

from celery import Celery

from portal.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
