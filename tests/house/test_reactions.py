"""No reaction is hidden: which news moves which code stands here, in one table."""

import re

from portal.events.listeners import all_types, reactions, reactions_to_public

# event → who hears of it. Whoever adds a receiver adds its line here.
REACTIONS: dict[str, list[str]] = {
    "agent.availability_changed": ["tickets.receivers.hand_out_what_waits"],
    "agent.changed": ["tickets.receivers.hand_out_what_waits"],
    "article.archived": ["helpcenter.receivers.forget_kept_pages", "helpcenter.receivers.look_at_links_again"],
    "article.expired": ["helpcenter.receivers.forget_kept_pages", "helpcenter.receivers.look_at_links_again"],
    "article.picked": ["helpcenter.receivers.forget_kept_pages"],
    "article.placed": [
        "helpcenter.receivers.forget_kept_pages",
        "helpcenter.receivers.look_at_links_again",
        "helpcenter.receivers.rewrite_links_to_what_moved",
    ],
    "article.published": [
        "helpcenter.receivers.forget_kept_pages",
        "helpcenter.receivers.look_at_links_again",
        "helpcenter.receivers.write_to_followers",
    ],
    "article.relinked": ["helpcenter.receivers.forget_kept_pages"],
    "article.refreshed": ["helpcenter.receivers.forget_kept_pages"],
    "article.returned": ["helpcenter.receivers.tell_the_author_what_the_reviewer_said"],
    "article.review_due": ["helpcenter.receivers.remind_the_owner"],
    "article.scheduled": ["helpcenter.receivers.forget_kept_pages"],
    "article.withdrawn": ["helpcenter.receivers.forget_kept_pages", "helpcenter.receivers.look_at_links_again"],
    "category.updated": ["helpcenter.receivers.forget_kept_pages", "helpcenter.receivers.rewrite_links_to_what_moved"],
    "category.written": ["helpcenter.receivers.forget_kept_pages"],
    "component.added": ["incidents.receivers.publish_the_status_page"],
    "component.revised": ["incidents.receivers.publish_the_status_page"],
    "component.status_changed": ["incidents.receivers.publish_the_status_page"],
    "component_group.revised": ["incidents.receivers.publish_the_status_page"],
    "endpoint.quarantined": [
        "portal.accounts.receivers.tell_the_owners_that_nobody_answers",
        "portal.operations.receivers.have_somebody_look_at_the_endpoint",
    ],
    "incident.impact_changed": ["incidents.receivers.publish_the_status_page"],
    "incident.opened": ["incidents.receivers.publish_the_status_page"],
    "incident.reopened": ["incidents.receivers.publish_the_status_page"],
    "incident.resolved": ["incidents.receivers.publish_the_status_page"],
    "incident.revised": ["incidents.receivers.publish_the_status_page"],
    "incident.updated": ["incidents.receivers.publish_the_status_page"],
    "calendar.changed": ["tickets.receivers.move_promises_counted_by_the_calendar"],
    "calendar.holidays_imported": ["tickets.receivers.move_promises_counted_by_the_calendar"],
    "letter.bounced": ["tickets.receivers.note_that_a_letter_came_back"],
    "maintenance.canceled": ["incidents.receivers.publish_the_status_page"],
    "maintenance.finished": ["incidents.receivers.publish_the_status_page"],
    "maintenance.rescheduled": ["incidents.receivers.publish_the_status_page"],
    "maintenance.scheduled": ["incidents.receivers.publish_the_status_page"],
    "maintenance.started": ["incidents.receivers.publish_the_status_page"],
    "organization.erased": ["tickets.receivers.close_what_nobody_asks_any_more"],
    "organization.tier_changed": ["tickets.receivers.move_open_promises"],
    "plan.changed": ["billing.receivers.forget_the_kept_pricing_page"],
    "privacy.export_asked": ["portal.accounts.receivers.make_the_export"],
    "series.arranged": ["helpcenter.receivers.forget_kept_pages"],
    "snippet.revised": ["helpcenter.receivers.bring_the_snippet_to_its_articles"],
    "sla_policy.changed": ["tickets.receivers.move_promises_of_the_line"],
    "ticket.assigned": ["tickets.receivers.apply_rules_about_it", "tickets.receivers.hand_out_what_waits"],
    "ticket.category_changed": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.learn_from_a_category_set_by_hand",
    ],
    "ticket.closed": ["tickets.receivers.hand_out_what_waits", "tickets.receivers.keep_the_turns_of_teams"],
    "ticket.customer_replied": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.send_copies",
        "tickets.receivers.tell_the_agents",
        "tickets.receivers.tell_those_who_follow",
    ],
    "ticket.escalated": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.hand_it_to_the_team_that_has_it_now",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.tell_those_whom_the_step_names",
    ],
    "ticket.escalation_asked": [
        "tickets.receivers.hand_it_to_the_team_that_has_it_now",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.tell_those_whom_the_step_names",
    ],
    "ticket.filed": [
        "helpcenter.receivers.mark_the_questions_that_did_not_spare_it",
        "helpcenter.receivers.mark_the_search_that_did_not_spare_it",
        "tickets.receivers.acknowledge_to_the_requester",
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.suggest_what_it_is_about",
    ],
    "ticket.classified": ["tickets.receivers.apply_rules_about_it"],
    "ticket.promise_missed": ["tickets.receivers.apply_rules_about_it"],
    "ticket.rated": ["tickets.receivers.apply_rules_about_it"],
    "ticket.rule_fired": ["tickets.receivers.tell_those_whom_the_rule_names"],
    "ticket.tagged": ["tickets.receivers.apply_rules_about_it"],
    "ticket.team_changed": [
        "tickets.receivers.hand_it_to_the_team_that_has_it_now",
        "tickets.receivers.keep_the_turns_of_teams",
    ],
    "ticket.priority_changed": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
    ],
    "ticket.merged": [
        "incidents.receivers.name_the_incidents_on_the_survivor",
        "tickets.receivers.tell_its_people_where_the_talk_goes_on",
    ],
    "ticket.merged_replied": ["tickets.receivers.tell_the_agents"],
    "ticket.noted": [
        "tickets.receivers.tell_the_colleagues_who_are_mentioned",
        "tickets.receivers.tell_those_who_follow",
    ],
    "ticket.promise_warned": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.tell_those_whom_the_step_names",
    ],
    "ticket.put_on_wait": ["tickets.receivers.hand_out_what_waits", "tickets.receivers.keep_the_turns_of_teams"],
    "ticket.rating_asked": ["tickets.receivers.ask_the_requester_for_a_rating"],
    "ticket.reopened": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.see_that_a_reopened_ticket_has_somebody",
        "tickets.receivers.withdraw_the_survey",
    ],
    "ticket.reply_stopped": ["tickets.receivers.tell_its_author_that_it_did_not_leave"],
    "ticket.replied": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.bring_the_answer_to_the_requester",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.send_copies",
        "tickets.receivers.tell_those_who_follow",
    ],
    "ticket.solved": [
        "tickets.receivers.apply_rules_about_it",
        "tickets.receivers.begin_the_survey",
        "tickets.receivers.count_what_was_let_stand_as_agreed",
        "tickets.receivers.hand_out_what_waits",
        "tickets.receivers.keep_the_turns_of_teams",
        "tickets.receivers.tell_the_requester_it_is_solved",
    ],
    "user.erased": ["tickets.receivers.close_what_nobody_asks_any_more"],
}
# Who hears of every event that customers may hear of.
REACTIONS_TO_PUBLIC = ["portal.outbox.receivers.webhooks_to_whoever_asked"]


def test_the_table_of_reactions_is_true() -> None:
    assert reactions() == REACTIONS
    assert reactions_to_public() == REACTIONS_TO_PUBLIC


def test_every_event_that_is_listened_to_is_declared() -> None:
    unknown = set(reactions()) - set(all_types())
    assert not unknown, f"Declared in no events.py: {sorted(unknown)}"


def test_events_are_named_thing_dot_past_tense() -> None:
    wrong = [name for name in all_types() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)]
    assert not wrong, f"Name them like ticket.solved: {wrong}"


def test_the_sentences_of_events_name_only_plain_details() -> None:
    """No attribute or index in a placeholder: details are figures and state names."""
    wrong = [name for name, one in all_types().items() if re.search(r"{[^}]*[.\[!]", str(one.template))]
    assert not wrong, f"Placeholders are plain words: {wrong}"
