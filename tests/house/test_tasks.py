"""Tasks carry no rows: plain ids at most, and a name that says who does what."""

import inspect
import re

from celery import Task

from portal.celery import app
from portal.schedule import SCHEDULE
from tests.house.sources import APPS

PLAIN = {int, str, "int", "str", "int | None", "str | None", int | None, str | None}


def our_tasks() -> dict[str, Task]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if task.run.__module__.split(".tasks")[0] in APPS}


def test_tasks_take_plain_ids_or_nothing() -> None:
    wrong = [
        name
        for name, task in our_tasks().items()
        for parameter in inspect.signature(task.run).parameters.values()
        if parameter.annotation not in PLAIN
    ]
    assert not wrong, f"A message is a hint; hand over ids (int or str), the row is read again: {wrong}"


def test_tasks_are_named_app_dot_verb() -> None:
    labels = {name.split(".")[-1] for name in APPS}
    wrong = [name for name in our_tasks() if not re.fullmatch(rf"({'|'.join(labels)})\.[a-z_]+", name)]
    assert not wrong, f"Name them like outbox.send: {wrong}"


def test_the_clock_starts_only_tasks_that_exist_and_need_nothing() -> None:
    unknown = {entry["task"] for entry in SCHEDULE.values()} - set(our_tasks())
    assert not unknown, f"In portal/schedule.py but in no tasks.py: {sorted(unknown)}"
    needy = [
        entry["task"]
        for entry in SCHEDULE.values()
        for parameter in inspect.signature(our_tasks()[entry["task"]].run).parameters.values()
        if parameter.default is parameter.empty
    ]
    assert not needy, f"The clock hands over nothing: {needy}"
