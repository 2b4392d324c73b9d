"""A quoted letter below a message is folded; what is answered line by line stays in sight. Nothing is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.quotes import parted
from portal.lib.written import as_html
from portal.web.templatetags.quotes import folded


@pytest.mark.parametrize(
    ("text", "shown", "quoted"),
    [
        ("Works, thanks!\n\nOn Tuesday Lena wrote:\n> Restart it.\n>> It stands still.", "Works", "On Tuesday"),
        ("Works!\n\n> Restart it.\n\n> And again.", "Works", "Restart"),
    ],
)
def test_what_follows_as_a_quote_is_parted_off(text: str, shown: str, quoted: str) -> None:
    written, rest = parted(as_html(text))
    assert shown in written
    assert quoted in rest
    assert quoted not in written
    assert "<summary>Quoted text</summary>" in folded(as_html(text))


@pytest.mark.parametrize(
    "text",
    [
        "> Which account?\n\nThe first.",
        "> Which account?\n\nThe first.\n\n> Since when?\n\nToday.",
        "Hello.\n\n> Which account?\n\nThe first.\n\n> Since when?",
        "> All of it is a quote.",
        "No quote at all.",
    ],
)
def test_answers_between_quoted_lines_stay_in_sight(text: str) -> None:
    assert parted(as_html(text)) == (as_html(text), "")


@given(st.lists(st.sampled_from(["> a", ">> b", "c", "", "On Monday she wrote:", "- d", "<blockquote>"]), max_size=12))
def test_nothing_is_ever_lost(lines: list[str]) -> None:
    html = as_html("\n".join(lines))
    assert "".join(parted(html)) == html
