from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

TASK_OPENED = declare("task.opened", _("{by} opened a task"))
TASK_TAKEN = declare("task.taken", _("{by} took the task"))
TASK_DONE = declare("task.done", _("{by} finished the task"))
TASK_DROPPED = declare("task.dropped", _("{by} dropped the task"))
