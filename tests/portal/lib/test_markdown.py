from html.parser import HTMLParser

import pytest

from portal.lib.markdown import plain, render, render_message

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="jav&#x09;ascript:alert(1)">click</a>',
    '<a href="https://example.org" onclick="alert(1)">click</a>',
    "<img src=x onerror=alert(1)>",
    "![x](x){: onerror=alert(1) }",
    "## Title {: onmouseover=alert(1) style=color:red }",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=https://evil.example></object><embed src=https://evil.example>",
    "<form action=https://evil.example><button formaction=javascript:alert(1)>x</button></form>",
    '<div style="background:url(javascript:alert(1))">x</div>',
    "<details open ontoggle=alert(1)>x</details>",
    "<input type=text autofocus onfocus=alert(1)>",
    "<base href=https://evil.example><meta http-equiv=refresh content=0><link rel=stylesheet href=//evil.example>",
    '<p hx-get="/x" hx-trigger="load" data-x="1">x</p>',
    "<!--><script>alert(1)</script>-->",
    "<template><script>alert(1)</script></template>",
    "`<script>` and\n\n    <script>alert(1)</script>\n",
    "```html\n<script>alert(1)</script>\n```",
]
ACTING = {
    "script",
    "style",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "base",
    "meta",
    "link",
    "template",
}


class Seen(HTMLParser):
    """What a browser would make of it: elements, and attributes with their values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def is_harmless(html: str) -> bool:
    seen = Seen(html)
    acts = [name for name, _value in seen.attributes if name.startswith(("on", "hx-", "data-")) or name == "style"]
    schemes = [value for name, value in seen.attributes if name in {"href", "src"} and ":" in value.split("/")[0]]
    return not (seen.tags & ACTING) and not acts and all(one.startswith(("https:", "mailto:")) for one in schemes)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_acts_survives_in_an_article(attack: str) -> None:
    safe = render(f"Before.\n\n{attack}\n\nAfter.").html
    assert is_harmless(safe), safe
    assert "Before." in safe


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_in_a_message_is_only_ever_shown(attack: str) -> None:
    safe = render_message(f"Before.\n\n{attack}")
    assert is_harmless(safe), safe
    assert not Seen(safe).tags & {"img", "input", "details", "div"} or "highlight" in safe


def test_headings_have_stable_anchors_and_a_link_to_themselves() -> None:
    made = render("## Why is my code *not* accepted (QE-1050)?\n\n### Sub & more\n\n## Über uns")
    assert '<h2 id="why-is-my-code-not-accepted-qe-1050">' in made.html
    assert 'class="headerlink" href="#sub-more"' in made.html
    assert 'id="über-uns"' in made.html
    assert made.toc == [
        {
            "id": "why-is-my-code-not-accepted-qe-1050",
            "title": "Why is my code not accepted (QE-1050)?",
            "children": [{"id": "sub-more", "title": "Sub & more", "children": []}],
        },
        {"id": "über-uns", "title": "Über uns", "children": []},
    ]


def test_repeated_headings_get_anchors_of_their_own_and_an_author_can_pin_one() -> None:
    made = render("## Steps\n\n## Steps\n\n## Renamed {#old-name}")
    assert [entry["id"] for entry in made.toc] == ["steps", "steps-2", "old-name"]


@pytest.mark.parametrize("heading", ["## Main", "## Notices", "## Anything {#main}"])
def test_a_heading_cannot_take_the_name_of_a_part_of_the_page(heading: str) -> None:
    assert 'id="main"' not in render(heading).html
    assert 'id="notices"' not in render(heading).html


def test_a_page_has_one_first_heading_and_it_is_not_in_the_text() -> None:
    assert "<h1" not in render("# Title\n\nText").html


def test_callouts_tasks_tables_code_and_details_are_rendered() -> None:
    made = render(
        '!!! warning "Tidy up"\n    First.\n\n- [x] done\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n'
        "```python\ndef f(): return 1\n```\n\n??? note\n    Hidden."
    ).html
    assert '<div class="admonition warning">\n<p class="admonition-title">Tidy up</p>' in made
    assert {("type", "checkbox"), ("checked", ""), ("disabled", ""), ("aria-label", "Step")} <= set(
        Seen(made).attributes
    )
    assert '<div class="scroll" tabindex="0"><table>' in made
    assert '<th scope="col">a</th>' in made
    assert '<span class="k">def</span>' in made
    assert '<pre tabindex="0">' in made
    assert "<details" in made


def test_images_come_from_this_house_and_load_late() -> None:
    made = render("![Ours](/static/a.png) ![Theirs](https://example.org/a.png) ![Sly](//example.org/a.png)").html
    assert made.count("<img") == 1
    assert {("alt", "Ours"), ("loading", "lazy"), ("src", "/static/a.png")} <= set(Seen(made).attributes)


def test_links_leave_no_opener_behind() -> None:
    assert '<a href="https://example.org" rel="noopener">' in render("[x](https://example.org)").html
    assert "nofollow" in render_message("https://example.org")


def test_classes_of_the_page_cannot_be_borrowed() -> None:
    made = render('<div class="notice admonition note">x</div>\n\n<span class="button k">y</span>').html
    assert 'class="admonition note"' in made
    assert "button" not in made
    assert "notice" not in made


def test_the_plain_text_has_words_apart_and_no_marks() -> None:
    made = render("## Cards &amp; codes\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |")
    assert made.text == "Cards & codes\none\ntwo\na\nb\n1\n2"
    assert plain("<p>a&nbsp;&nbsp;b</p>") == "a b"


def test_a_message_keeps_its_line_breaks_and_its_code() -> None:
    made = render_message("Hello,\nit says `QE-1050`.\n\n```\n<b>\n```")
    assert "Hello,<br>" in made
    assert "<code>QE-1050</code>" in made
    assert "&lt;b&gt;" in made
