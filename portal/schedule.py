"""What the clock starts. Beat copies these entries into its table, where staff may pause or retime them."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "events.deliver": {"task": "events.deliver", "schedule": timedelta(seconds=30)},
    "outbox.send": {"task": "outbox.send", "schedule": timedelta(seconds=30)},
    "outbox.call_webhooks": {"task": "outbox.call_webhooks", "schedule": timedelta(seconds=30)},
    "tickets.watch_promises": {"task": "tickets.watch_promises", "schedule": timedelta(seconds=15)},
    "tickets.let_replies_leave": {"task": "tickets.let_replies_leave", "schedule": timedelta(seconds=5)},
    "tickets.assign": {"task": "tickets.assign", "schedule": timedelta(minutes=1)},
    "tickets.wake_snoozed": {"task": "tickets.wake_snoozed", "schedule": timedelta(seconds=30)},
    "tickets.replay_promises": {"task": "tickets.replay_promises", "schedule": crontab(hour="3", minute="17")},
    "tickets.ask_for_ratings": {"task": "tickets.ask_for_ratings", "schedule": timedelta(minutes=5)},
    "tickets.check_files": {"task": "tickets.check_files", "schedule": timedelta(seconds=10)},
    "tickets.sweep_uploads": {"task": "tickets.sweep_uploads", "schedule": timedelta(minutes=30)},
    "tickets.forget_guests": {"task": "tickets.forget_guests", "schedule": timedelta(hours=1)},
    "tickets.apply_rules": {"task": "tickets.apply_rules", "schedule": timedelta(minutes=1)},
    "tickets.run_imports": {"task": "tickets.run_imports", "schedule": timedelta(seconds=10)},
    "tickets.tend_classifiers": {"task": "tickets.tend_classifiers", "schedule": timedelta(minutes=1)},
    "helpcenter.turn_pages": {"task": "helpcenter.turn_pages", "schedule": timedelta(seconds=15)},
    "helpcenter.keep_views": {"task": "helpcenter.keep_views", "schedule": timedelta(minutes=1)},
    "helpcenter.index_missing": {"task": "helpcenter.index_missing", "schedule": timedelta(minutes=5)},
    "helpcenter.check_links": {"task": "helpcenter.check_links", "schedule": timedelta(minutes=10)},
    "helpcenter.remind_reviews": {"task": "helpcenter.remind_reviews", "schedule": timedelta(minutes=30)},
    "operations.run_probes": {"task": "operations.run_probes", "schedule": timedelta(minutes=1)},
    "success.count_health": {"task": "success.count_health", "schedule": timedelta(hours=1)},
    "accounts.tidy_up": {"task": "accounts.tidy_up", "schedule": timedelta(hours=6)},
    "accounts.erase": {"task": "accounts.erase", "schedule": timedelta(minutes=10)},
    "accounts.sweep_retention": {"task": "accounts.sweep_retention", "schedule": crontab(hour="2", minute="41")},
    "helpcenter.embed_passages": {"task": "helpcenter.embed_passages", "schedule": timedelta(seconds=30)},
    "helpcenter.learn_words": {"task": "helpcenter.learn_words", "schedule": timedelta(minutes=5)},
    "helpcenter.gather_gaps": {"task": "helpcenter.gather_gaps", "schedule": timedelta(hours=1)},
    "helpcenter.calibrate": {"task": "helpcenter.calibrate", "schedule": timedelta(minutes=15)},
    "incidents.publish": {"task": "incidents.publish", "schedule": timedelta(minutes=1)},
}
