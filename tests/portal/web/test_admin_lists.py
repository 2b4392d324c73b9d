"""Every list of the admin costs the same for one row and for thirty, as a literal."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from factory.django import DjangoModelFactory
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    accounts,
    billing,
    desk,
    events,
    files,
    helpcenter,
    incidents,
    operations,
    outbox,
    routing,
    success,
    tickets,
)

pytestmark = pytest.mark.django_db

# Session, person, … and what the list itself asks: its count, its rows, its filters.
QUERIES: list[tuple[type[DjangoModelFactory], int]] = [
    (accounts.OrganizationFactory, 5),
    (accounts.UserFactory, 5),
    (accounts.TierFactory, 5),
    (accounts.BrandFactory, 5),
    (accounts.InvitationFactory, 5),
    (accounts.ApiTokenFactory, 5),
    (accounts.ErasureFactory, 5),
    (accounts.ExportFactory, 5),
    (accounts.RetentionRuleFactory, 11),
    (success.HealthFactory, 5),
    (success.HealthWeightFactory, 5),
    (events.EventFactory, 5),
    (events.DeliveryFactory, 5),
    (outbox.LetterFactory, 4),
    (outbox.EndpointFactory, 5),
    (outbox.WebhookFactory, 4),
    (operations.TaskFactory, 4),
    (operations.ProbeResultFactory, 5),
    (helpcenter.CategoryFactory, 5),
    (helpcenter.ArticleFactory, 5),
    (helpcenter.ArticleHealthFactory, 5),
    (helpcenter.SynonymFactory, 4),
    (helpcenter.PromotionFactory, 4),
    (helpcenter.SearchEventFactory, 4),
    (helpcenter.GapFactory, 4),
    (helpcenter.QuestionFactory, 4),
    (helpcenter.CalibrationFactory, 5),
    (helpcenter.SeriesFactory, 5),
    (helpcenter.ArticleLinkFactory, 4),
    (helpcenter.VoteFactory, 4),
    (helpcenter.SnippetFactory, 5),
    (tickets.TicketFactory, 5),
    (tickets.SurveyFactory, 4),
    (tickets.DeskImportFactory, 5),
    (files.AttachmentFactory, 4),
    (desk.TicketFieldFactory, 5),
    (routing.ClassifierFactory, 6),
    (routing.RuleFactory, 5),
    (routing.FiringFactory, 5),
    (tickets.AgentProfileFactory, 5),
    (tickets.SkillFactory, 5),
    (tickets.SlaPolicyFactory, 5),
    (tickets.CategoryFactory, 5),
    (tickets.BusinessCalendarFactory, 5),
    (tickets.LadderFactory, 5),
    (tickets.MacroFactory, 5),
    (tickets.TagFactory, 5),
    (tickets.MatrixLineFactory, 5),
    (tickets.EscalationFactory, 5),
    (tickets.TeamTargetFactory, 5),
    (tickets.TeamTurnFactory, 4),
    (incidents.ComponentGroupFactory, 5),
    (incidents.ComponentFactory, 5),
    (incidents.IncidentFactory, 6),
    (incidents.MaintenanceFactory, 4),
    (billing.PlanFactory, 5),
    (billing.SubscriptionFactory, 5),
]
LIBRARIES = {"django_celery_beat"}
ONE_ROW = {"incidents.statuspage", "tickets.desk"}
FEW_ROWS = {
    "accounts.tier",
    "accounts.retentionrule",
    "tickets.classifier",
    "tickets.slapolicy",
    "tickets.matrixline",
    "tickets.teamtarget",
}  # a row per rank or per kind of promise


def model_of(maker: type[DjangoModelFactory]) -> type[Model]:
    return maker._meta.model


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("maker", "queries"), QUERIES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_list_costs_the_same_for_one_row_and_for_thirty(
    client: Client,
    maker: type[DjangoModelFactory],
    queries: int,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    model = model_of(maker)
    if model._meta.label_lower not in FEW_ROWS:
        maker.create_batch(rows)
    client.force_login(accounts.StaffFactory(is_superuser=True))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    client.get(address)  # allauth notes the session
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


def test_every_list_of_the_admin_has_its_figure() -> None:
    ours = {model._meta.label_lower for model in admin.site._registry if model._meta.app_label not in LIBRARIES}
    assert ours == {model_of(maker)._meta.label_lower for maker, _queries in QUERIES} | ONE_ROW
