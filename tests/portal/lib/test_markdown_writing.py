"""What an author can write: callouts of several dialects, tabs, terms, headings whose anchors stay."""

import pytest

from portal.lib.markdown import Surroundings, render, sections
from portal.lib.markdown.anchors import aliases_of
from portal.lib.markdown.terms import names


@pytest.mark.parametrize(
    "written",
    [
        '!!! warning "Take care"\n    First **this**.\n\n    ```sh\n    ls\n    ```\n',
        "> [!WARNING] Take care\n> First **this**.\n>\n> ```sh\n> ls\n> ```\n",
        ":::warning Take care\nFirst **this**.\n\n```sh\nls\n```\n:::\n",
        "::: warning [Take care]\nFirst **this**.\n\n```sh\nls\n```\n:::",
    ],
)
def test_a_callout_is_the_same_in_every_dialect(written: str) -> None:
    made = render(f"Before.\n{written}\nAfter.")
    assert '<div class="admonition warning">\n<p class="admonition-title">Take care</p>' in made.html
    assert "<strong>this</strong>" in made.html
    assert '<div class="highlight"><pre tabindex="0">' in made.html
    assert made.text == "Before.\nTake care\nFirst this.\nls\nAfter."


def test_a_callout_without_title_is_called_by_its_kind_and_one_may_stand_in_another() -> None:
    made = render("> [!NOTE]\n> One.\n> > [!TIP]\n> > Two.\n\n::::note\n:::danger\nThree.\n:::\n::::").html
    assert made.count('class="admonition-title">Note<') == 2
    assert '<div class="admonition tip">' in made
    assert '<div class="admonition danger">' in made


def test_folded_callouts_and_rare_kinds_keep_their_tone() -> None:
    assert '<details class="aside">' in render("??? aside\n    Text").html
    assert '<details class="tip" open="">' in render("> [!tip]+ More\n> Text").html
    assert '<div class="admonition bug danger">' in render("!!! bug\n    Text").html


@pytest.mark.parametrize(
    "written", ["```\n> [!NOTE]\n> x\n:::note\n:::\n{{ x }}\n```", "    :::note\n\ttext", ":::note"]
)
def test_code_and_what_is_not_closed_stay_as_they_are(written: str) -> None:
    assert "admonition" not in render(f"Words.\n\n{written}").html


def test_tabs_are_titled_sections_that_print_and_are_found_whole() -> None:
    made = render('=== "Linux"\n    Run `apt`.\n\n=== "Mac"\n    ```sh\n    brew\n    ```\n\nDone.')
    assert '<div class="tabs"><section class="tab"><p class="tab-title">Linux</p>' in made.html
    assert "<input" not in made.html
    assert made.text == "Linux\nRun apt.\nMac\nbrew\nDone."


def test_snippets_and_terms_stand_where_they_are_named() -> None:
    around = Surroundings(snippets={"product": "Quant **Edge**", "contact": "!!! tip\n    Write to us.\n\nBye."})
    made = render("Open {{ product }} and {{product}}.\n\n1. Step\n\n    {{ contact }}\n", around)
    assert made.text == "Open Quant Edge and Quant Edge.\nStep\nTip\nWrite to us.\nBye."
    assert '<div class="admonition tip">' in made.html
    assert (made.uses, made.unknown) == (["contact", "product"], [])


def test_names_in_code_and_escaped_ones_are_words_and_unknown_ones_are_told() -> None:
    made = render("Write `{{ product }}` or \\{{ product }} but {{ other }}.\n\n```\n{{ code }}\n```")
    assert made.text.startswith("Write {{ product }} or {{ product }} but {{ other }}.")
    assert (made.uses, made.unknown) == ([], ["other"])
    assert names("{{ a }} {{ b }} ${{ secrets }} {{ a.b }}") == ["a", "b"]


def test_a_snippet_cannot_bring_in_what_an_article_may_not() -> None:
    around = Surroundings(snippets={"bad": "<script>alert(1)</script><img src=//evil.example/x onerror=x>"})
    assert "evil" not in render("{{ bad }}", around).html
    assert "<script" not in render("x {{ bad }}", around).html


def test_repeated_headings_are_named_after_what_they_stand_under() -> None:
    made = render("## Install\n\n### Steps\n\n## Update\n\n### Steps\n\n### Steps\n\n## Steps")
    ids = [entry["id"] for part in made.toc for entry in [part, *part["children"]]]
    assert ids == ["install", "steps", "update", "update-steps", "update-steps-2", "steps-2"]


def test_an_author_can_pin_an_anchor() -> None:
    assert '<h2 id="old-name">' in render("## A new name {#old-name}").html


FIRST = "## Why is my signal late?\n\nIt waits for the market.\n\n## Limits\n\nTen a day.\n\n## Other\n\nText."


def test_a_reworded_heading_keeps_its_old_anchor() -> None:
    former = render(FIRST).html
    changed = FIRST.replace("Why is my signal late?", "When does a signal come?")
    made = render(changed, Surroundings(former=former))
    assert '<h2 id="when-does-a-signal-come"><span id="why-is-my-signal-late"></span>When' in made.html
    assert [one.anchor for one in sections(made.html)] == ["when-does-a-signal-come", "limits", "other"]
    again = render(changed.replace("When does", "How soon does"), Surroundings(former=made.html))
    assert set(aliases_of(again.html)) == {"why-is-my-signal-late", "when-does-a-signal-come"}
    assert set(aliases_of(again.html).values()) == {"how-soon-does-a-signal-come"}


def test_a_heading_that_is_gone_leaves_no_anchor_and_a_moved_one_needs_none() -> None:
    former = render(FIRST).html
    made = render("## Other\n\nText.\n\n## Why is my signal late?\n\nIt waits.", Surroundings(former=former))
    assert aliases_of(made.html) == {}
    taken_back = render(FIRST, Surroundings(former=render("## Limits of use\n\nTen a day.").html))
    assert 'id="limits"><span id="limits-of-use">' in taken_back.html


def test_of_several_reworded_headings_each_keeps_its_own_anchor() -> None:
    before = "## Pay by card\n\nCards of all kinds.\n\n## Pay by invoice\n\nOnce a year, by transfer."
    after = "## Invoices\n\nOnce a year, by transfer.\n\n## Cards\n\nCards of all kinds."
    made = render(after, Surroundings(former=render(before).html))
    assert aliases_of(made.html) == {"pay-by-card": "cards", "pay-by-invoice": "invoices"}


def test_anchors_known_from_elsewhere_are_kept_too() -> None:
    made = render("## Cards", Surroundings(aliases={"old": "cards", "main": "cards", "lost": "nowhere"}))
    assert aliases_of(made.html) == {"old": "cards"}
