from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import portal.operations.actions as operations
from portal.accounts.models import User
from portal.events.actions import record
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.operations import current, metrics
from portal.operations.current import Trouble
from portal.operations.metrics import Dial, Panel, panel
from portal.operations.models import Task
from portal.operations.states import TaskState
from portal.operations.tasks import run_probes
from portal.outbox.events import ENDPOINT_QUARANTINED
from tests.factories.accounts import OrganizationFactory, StaffFactory, UserFactory
from tests.factories.operations import ProbeResultFactory, TaskFactory
from tests.factories.outbox import EndpointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> User:
    user = StaffFactory(role="agent-l1")
    client.force_login(user)
    return user


def act(client: Client, name: str, task: Task, **words: object):
    return client.post(reverse(f"admin:operations_task_{name}", args=[task.pk]), words)


def test_the_same_key_opens_one_task(now: datetime) -> None:
    work = operations.Work("Call Ada", key="call:1", about=OrganizationFactory())
    assert operations.open_task(work, by=None, now=now) == operations.open_task(work, by=None, now=now)
    assert Event.objects.filter(name="task.opened").count() == 1


def test_an_agent_opens_takes_and_finishes_a_task(client: Client, agent: User) -> None:
    url = reverse("admin:operations_task_add")
    assert client.get(url).status_code == 200
    assert client.post(url, {"title": ""}).status_code == 422
    client.post(url, {"title": "Call Ada", "due_at": "2026-03-10T14:00"})
    task = Task.objects.get()
    assert act(client, "take_task", task).status_code == 302
    assert act(client, "finish_task", task).status_code == 422
    act(client, "finish_task", task, found="She is happy.")
    task.refresh_from_db()
    assert (task.owner, task.state, task.found, task.closed_by) == (agent, TaskState.DONE, "She is happy.", agent)
    assert act(client, "drop_task", task, found="again").status_code == 409
    assert client.get(reverse("admin:operations_task_change", args=[task.pk])).status_code == 200


def test_a_dropped_task_keeps_the_reason(client: Client, agent: User) -> None:
    task = TaskFactory()
    act(client, "drop_task", task, found="The customer called first.")
    task.refresh_from_db()
    assert (task.state, task.found) == (TaskState.DROPPED, "The customer called first.")
    with pytest.raises(Refused):
        operations.take_task(task=task, by=agent)


def test_executives_look_at_no_tasks_and_work_on_none(client: Client) -> None:
    client.force_login(StaffFactory(role="executive"))
    task = TaskFactory()
    assert act(client, "finish_task", task, found="x").status_code == 403
    assert client.get(reverse("admin:operations_task_add")).status_code == 403
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_task_links_to_what_it_is_about(client: Client, agent: User) -> None:
    organization = OrganizationFactory()
    task = TaskFactory(about_type="accounts.organization", about_id=str(organization.pk))
    TaskFactory(about_type="gone.model", about_id="7")
    shown = client.get(reverse("admin:operations_task_changelist")).content.decode()
    assert reverse("admin:accounts_organization_change", args=[organization.pk]) in shown
    assert "gone.model 7" in shown
    assert task.title in shown
    assert client.get(reverse("admin:operations_task_changelist"), {"whose": "mine"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_one_task_and_for_thirty(
    client: Client, agent: User, rows: int, django_assert_max_num_queries: object
) -> None:
    TaskFactory.create_batch(rows, owner=agent)
    client.get(reverse("admin:index"))
    with django_assert_max_num_queries(8):
        client.get(reverse("admin:operations_task_changelist"))


def test_the_work_list_shows_my_tasks_and_free_ones(client: Client, agent: User) -> None:
    TaskFactory(title="Mine", owner=agent, due_at=timezone.now() - timedelta(hours=1))
    TaskFactory(title="Free")
    TaskFactory(title="Somebody else's", owner=UserFactory())
    TaskFactory(title="Closed", state=TaskState.DONE, closed_at=timezone.now())
    shown = client.get(reverse("admin:index")).content.decode()
    assert "Mine" in shown
    assert "Free" in shown
    assert "Somebody else" not in shown
    assert "Closed" not in shown
    assert "Tasks overdue" in shown


def test_the_work_list_tells_what_is_wrong_and_what_the_probes_found(client: Client) -> None:
    client.force_login(StaffFactory(role="lead"))
    run_probes()
    ProbeResultFactory(name="mail", is_ok=False, detail="Letters wait for an hour.")
    trouble = Trouble("Signals are late", ("Signals",), "/status/", timezone.now())
    current.current(lambda now: [trouble])
    try:
        shown = client.get(reverse("admin:index")).content.decode()
    finally:
        current._sources.pop()
    assert "Signals are late" in shown
    assert "Letters wait for an hour." in shown


def test_panels_of_apps_stand_in_order_and_a_broken_one_is_left_out(client: Client, agent: User) -> None:
    @panel("broken", position=1)
    def broken(user: User, now: datetime) -> Panel:
        raise RuntimeError("broken")

    @panel("queue", position=2)
    def queue(user: User, now: datetime) -> Panel:
        return Panel(dials=(Dial("breached", 3, "/admin/", "bad"),))

    try:
        shown = client.get(reverse("admin:index")).content.decode()
    finally:
        metrics._panels.pop("broken")
        metrics._panels.pop("queue")
    assert "<strong>3</strong> breached" in shown


def test_the_work_list_stands_without_any_panel(client: Client, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_panels", {})
    assert "Nothing waits for you" in client.get(reverse("admin:index")).content.decode()


def test_a_quarantined_webhook_endpoint_opens_a_task_for_the_staff(now: datetime, settle: Callable[..., int]) -> None:
    endpoint = EndpointFactory(url="https://hooks.example.org/secret-path", quarantined_at=now)
    record(ENDPOINT_QUARANTINED, about=endpoint, details={"attempts": 10}, now=now)
    assert settle(now) == 2  # the staff's task, and the letter to its owners
    task = Task.objects.get()
    assert (task.about_type, task.about_id) == ("outbox.endpoint", str(endpoint.pk))
    assert task.title == "Look at the quarantined webhook endpoint at hooks.example.org"
    assert task.due_at == now + timedelta(days=1)


def test_an_endpoint_that_was_released_meanwhile_needs_no_task(now: datetime, settle: Callable[..., int]) -> None:
    record(ENDPOINT_QUARANTINED, about=EndpointFactory(), details={"attempts": 10}, now=now)
    assert settle(now) == 2  # the staff's task, and the letter to its owners
    assert not Task.objects.exists()
