"""The Celery application. Tasks live in each app's `tasks.py`; the clock's entries in `portal.schedule`."""

import os

import billiard.pool
import kombu.transport.redis
from celery import Celery

from portal.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Nobody reads results here, so a child that ends does not wait half a minute for the parent to have read them.
billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 10

# When the broker goes away, kombu would put back what was not begun over a connection that is gone by then, and the
# worker would end with it. Nothing depends on a message: it only wakes a sweep that the clock starts anyway.
kombu.transport.redis.Channel.do_restore = False

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = SCHEDULE
