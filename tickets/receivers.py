from django.utils.translation import gettext as _

from portal.accounts.models import Organization, User
from portal.events.listeners import on
from portal.events.models import Event
from tickets import actions as tickets
from tickets import emails
from tickets.models import Escalation, HeldReply, Message, Survey, Ticket, Timer
from tickets.models.rules import MARK
from tickets.querysets import TELLS_TURNS, TicketQuerySet, customers_who_hear, reads_as_staff
from tickets.querysets.people import in_charge_of
from tickets.states import HeldState, TicketState
from tickets.states.classifying import Trait


@on("organization.tier_changed")
def move_open_promises(event: Event) -> None:
    """Another tier promises another first response, also for what is already waiting."""
    organization = Organization.objects.select_related("tier").filter(pk=event.about_id).first()
    if organization is not None:
        tickets.retarget_organization(organization=organization, now=event.happened_at)


@on("sla_policy.changed", outside=True)
def move_promises_of_the_line(event: Event) -> None:
    """Each ticket in a transaction of its own; who comes twice finds nothing to move."""
    concerned = event.details.get("concerned", [])
    _retarget(Ticket.objects.active().concerned_by((dimension, value) for dimension, value in concerned), event)


@on("calendar.changed", outside=True)
@on("calendar.holidays_imported", outside=True)
def move_promises_counted_by_the_calendar(event: Event) -> None:
    owed = Timer.objects.owed().filter(hours__calendar=event.about_id)
    _retarget(Ticket.objects.active().filter(pk__in=owed.values("ticket")), event)


@on(*TELLS_TURNS)
def keep_the_turns_of_teams(event: Event) -> None:
    tickets.keep_turns(ticket_id=int(event.about_id))


@on("ticket.filed")
def acknowledge_to_the_requester(event: Event) -> None:
    ticket = Ticket.objects.select_related("requester").filter(pk=event.about_id).first()
    if ticket is None:
        return
    first = ticket.timers.order_by("cycle", "pk").first()
    message = ticket.messages.filter(pk=event.details.get("message")).first()
    helped = User.objects.filter(pk=event.by_id).first() if event.by_id != ticket.requester_id else None
    emails.filed(ticket=ticket, message=message, due_at=first.due_at if first else None, filed_by=helped)


@on("ticket.replied")
def bring_the_answer_to_the_requester(event: Event) -> None:
    message = _message_of(event)
    if message is not None:
        tickets.open_link(ticket=message.home, now=event.happened_at)
        emails.replied(message=message)


@on("ticket.reply_stopped")
def tell_its_author_that_it_did_not_leave(event: Event) -> None:
    held = HeldReply.objects.select_related("author", "ticket").filter(pk=event.details.get("held")).first()
    if held is not None and held.state == HeldState.STOPPED:
        emails.did_not_leave(held=held)


@on("ticket.solved")
def tell_the_requester_it_is_solved(event: Event) -> None:
    """Unless the answer that solved it says so already, they did it themselves, or it is no longer solved."""
    ticket = Ticket.objects.select_related("requester").filter(pk=event.about_id).first()
    if ticket is None or not ticket.is_solved or "message" in event.details or event.by_id == ticket.requester_id:
        return
    emails.solved(ticket=ticket, key=str(event.pk))


@on("ticket.solved")
def begin_the_survey(event: Event) -> None:
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is not None:
        tickets.begin_survey(ticket=ticket, now=event.happened_at)


@on("ticket.reopened")
def withdraw_the_survey(event: Event) -> None:
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is not None:
        tickets.withdraw_surveys(ticket=ticket, now=event.happened_at)


@on("ticket.rating_asked")
def ask_the_requester_for_a_rating(event: Event) -> None:
    """Unless the ticket was taken up again, or they rated meanwhile."""
    survey = Survey.objects.not_rated().select_related("ticket__requester").filter(pk=event.details["survey"]).first()
    if survey is not None and survey.ticket.solved_at == survey.solved_at:
        emails.survey(survey=survey)


@on("ticket.customer_replied")
@on("ticket.merged_replied")
def tell_the_agents(event: Event) -> None:
    """Who has the ticket; without an assignee the whole team of its level."""
    message = _message_of(event)
    if message is None:
        return
    for agent in in_charge_of(message.ticket):
        emails.customer_replied(message=message, to=agent)


@on("ticket.noted")
def tell_the_colleagues_who_are_mentioned(event: Event) -> None:
    """Those who may read it, also now; nobody is told of their own words."""
    message = _message_of(event)
    named = event.details.get("mentioned", [])
    if message is None or not named:
        return
    for person in User.objects.staff().filter(pk__in=named).exclude(pk=event.by_id).order_by("pk"):
        if reads_as_staff(person):
            emails.mentioned(message=message, to=person)


@on("ticket.replied", "ticket.customer_replied", "ticket.noted")
def tell_those_who_follow(event: Event) -> None:
    """Whoever may still read the message, unless another letter tells them of it or they wrote it."""
    message = _message_of(event)
    if message is None:
        return
    told = {message.author_id, message.home.requester_id, *event.details.get("mentioned", [])}
    if event.name == "ticket.customer_replied":
        told |= {agent.pk for agent in in_charge_of(message.ticket)}
    for follower in message.home.followers.exclude(user__in=told - {None}).select_related("user").order_by("pk"):
        if Message.objects.visible_to(follower.user).filter(pk=message.pk).exists():
            emails.followed(message=message, to=follower.user)


@on("ticket.replied", "ticket.customer_replied")
def send_copies(event: Event) -> None:
    """Addresses get what is said in public since they were added; who wrote it gets none."""
    message = _message_of(event)
    if message is None or message.is_internal:
        return
    author = message.author.email.lower() if message.author else ""
    for copy in message.home.copies.live().filter(added_at__lte=message.created_at).order_by("pk"):
        if copy.address.lower() != author and tickets.may_get_letters(copy=copy, now=event.happened_at):
            emails.copied(message=message, copy=copy)


@on("ticket.merged")
def tell_its_people_where_the_talk_goes_on(event: Event) -> None:
    """Each customer once. Nobody when the talk was kept for staff: to its people the other ticket is not there."""
    source = Ticket.objects.filter(pk=event.about_id).first()
    if source is None or source.merged_into_id is None or event.details.get("keeps_internal", True):
        return
    into = Ticket.objects.with_people().get(pk=source.merged_into_id)
    tickets.open_link(ticket=into, now=event.happened_at)
    for person in customers_who_hear(source):
        sees = person.pk == into.requester_id or Ticket.objects.visible_to(person).filter(pk=into.pk).exists()
        if sees and person.pk != event.by_id:
            emails.merged(source=source, into=into, to=person, not_before=tickets.undone_until(at=event.happened_at))


@on("ticket.promise_warned")
@on("ticket.escalated")
@on("ticket.escalation_asked")
def tell_those_whom_the_step_names(event: Event) -> None:
    """Unless what was promised was given meanwhile: then nobody is alarmed for nothing."""
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    escalation = Escalation.objects.select_related("timer").filter(pk=event.details.get("escalation")).first()
    if ticket is None or escalation is None or (escalation.timer and not escalation.timer.is_owed):
        return
    told = {**event.details, "reason": escalation.reason}
    for person in User.objects.staff().filter(pk__in=escalation.told).order_by("pk"):
        emails.escalated(ticket=ticket, to=person, key=str(escalation.pk), told=told, now=event.happened_at)


@on("ticket.reopened")
def see_that_a_reopened_ticket_has_somebody(event: Event) -> None:
    ticket = _ticket_since_left_alone(event)
    if ticket is not None:
        tickets.requeue_reopened(ticket=ticket, now=event.happened_at)


@on("ticket.escalated", "ticket.escalation_asked", "ticket.team_changed")
def hand_it_to_the_team_that_has_it_now(event: Event) -> None:
    ticket = _ticket_since_left_alone(event)
    if ticket is not None:
        tickets.requeue_escalated(ticket=ticket, now=event.happened_at)


@on(
    "ticket.filed",
    "ticket.customer_replied",
    "ticket.reopened",
    "ticket.escalated",
    "ticket.escalation_asked",
    outside=True,
)
@on("ticket.replied", "ticket.solved", "ticket.closed", "ticket.put_on_wait", "ticket.priority_changed", outside=True)
@on("ticket.assigned", "agent.availability_changed", "agent.changed", outside=True)
def hand_out_what_waits(event: Event) -> None:
    """Something came in, or somebody has room again. Without agents who are online it is one query."""
    tickets.assign_waiting(now=event.happened_at)


@on("ticket.filed", outside=True)
def suggest_what_it_is_about(event: Event) -> None:
    """A delivery of its own: the ticket, its promises and its letters are there whatever becomes of it."""
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is not None:
        tickets.classify(ticket=ticket, arrived_with=event.details, now=event.happened_at)


@on("ticket.category_changed")
def learn_from_a_category_set_by_hand(event: Event) -> None:
    ticket, person = Ticket.objects.filter(pk=event.about_id).first(), _staff(event.by_id)
    if ticket is not None and person is not None:
        label = event.details["new"]
        tickets.settle_by_hand(ticket=ticket, trait=Trait.CATEGORY, label=label, by=person, now=event.happened_at)


@on("ticket.solved")
def count_what_was_let_stand_as_agreed(event: Event) -> None:
    ticket, person = Ticket.objects.filter(pk=event.about_id).first(), _staff(event.by_id)
    if ticket is not None and person is not None and ticket.hears_us_from(person):
        tickets.let_stand(ticket=ticket, by=person, now=event.happened_at)


@on("ticket.filed", "ticket.classified", "ticket.customer_replied", "ticket.replied", "ticket.assigned", outside=True)
@on("ticket.priority_changed", "ticket.category_changed", "ticket.tagged", "ticket.escalated", outside=True)
@on("ticket.promise_warned", "ticket.promise_missed", "ticket.solved", "ticket.reopened", "ticket.rated", outside=True)
def apply_rules_about_it(event: Event) -> None:
    """What rules do moves no rule. Each applies once to a ticket, whatever comes in whichever order."""
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is not None and not event.request_id.startswith(MARK):
        tickets.apply_rules(ticket=ticket, event=event.name, happened_at=event.happened_at)


@on("ticket.rule_fired")
def tell_those_whom_the_rule_names(event: Event) -> None:
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is None:
        return
    for person in User.objects.staff().filter(pk__in=event.details.get("told", [])).order_by("pk"):
        emails.rule_fired(
            ticket=ticket, to=person, key=str(event.pk), rule=event.details["rule"], now=event.happened_at
        )


@on("letter.bounced")
def note_that_a_letter_came_back(event: Event) -> None:
    """A letter that a ticket caused did not arrive: whoever works on it reads so in the ticket."""
    ticket = _ticket_of_letter(event.details.get("about_type", ""), event.details.get("about_id", ""))
    if ticket is None:
        return
    words = _("A letter about this ticket came back: %(reason)s\n\nCheck the address, or call.")
    tickets.note(ticket=ticket, body=words % {"reason": event.details.get("reason", "?")}, by=None)


def _ticket_since_left_alone(event: Event) -> Ticket | None:
    """The ticket, unless somebody got or answered it after the news: then it is theirs."""
    ticket = Ticket.objects.filter(pk=event.about_id).first()
    if ticket is None:
        return None
    taken_up = Event.objects.about(ticket).named("ticket.assigned", "ticket.replied").filter(pk__gt=event.pk)
    return None if taken_up.exists() else ticket


def _staff(user_id: int | None) -> User | None:
    return User.objects.staff().filter(pk=user_id).first() if user_id else None


def _retarget(found: TicketQuerySet, event: Event) -> None:
    for ticket in found.order_by("pk").iterator():
        tickets.retarget_ticket(ticket=ticket, now=event.happened_at)


def _message_of(event: Event) -> Message | None:
    found = Message.objects.select_related("author", "ticket__requester", "ticket__assignee", "merged_from__requester")
    return found.filter(pk=event.details.get("message")).first()


def _ticket_of_letter(about_type: str, about_id: str) -> Ticket | None:
    if about_type == Ticket._meta.label_lower:
        return Ticket.objects.filter(pk=about_id).first()
    if about_type == Message._meta.label_lower:
        return Ticket.objects.filter(messages__pk=about_id).first()
    return None


@on("user.erased", outside=True)
@on("organization.erased", outside=True)
def close_what_nobody_asks_any_more(event: Event) -> None:
    """Each ticket in a transaction of its own; who comes twice finds nothing open."""
    column = "requester" if event.name == "user.erased" else "organization"
    for ticket in Ticket.objects.exclude(state=TicketState.CLOSED).filter(**{column: event.about_id}).iterator():
        tickets.close(ticket=ticket, by=None)
