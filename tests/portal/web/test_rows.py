import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import SafeString

LINES = [
    {"name": "A & B", "link": SafeString("<a>1</a>"), "count": 1200, "late": True, "tags": ["<x>", "y"]},
    {"name": "", "link": "<a>", "count": 0, "late": False, "tags": []},
]


def drawn(body: str, **context: object) -> str:
    source = "{% load rows %}{% rows lines as line %}" + body + "{% endrows %}"
    return Template(source).render(Context({"lines": LINES, **context}))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[{{ line.name }}]", "[A &amp; B][]"),
        ("[{{ line.link }}]", "[<a>1</a>][&lt;a&gt;]"),
        ("[{{ line.count }}]", "[1200][0]"),
        ("{% if line.late %}late {{ line.name }}{% else %}{{ said }}{% endif %};", "late A &amp; B;&lt;ok&gt;;"),
        ("{% for tag in line.tags %}({{ tag }}{{ line.count }}){% endfor %};", "(&lt;x&gt;1200)(y1200);;"),
        ("{% if shown %}{{ line.count }}{% else %}-{% endif %}", "12000"),
        ("{% if hidden %}{{ line.count }}{% else %}-{% endif %}", "--"),
        ("{{ said|upper }}", "&lt;OK&gt;&lt;OK&gt;"),
    ],
)
def test_a_row_is_drawn_as_the_loop_of_django_would_draw_it(body, expected):
    context = {"said": "<ok>", "shown": True}

    assert drawn(body, **context) == expected
    loop = Template("{% for line in lines %}" + body + "{% endfor %}").render(Context({"lines": LINES, **context}))
    assert loop == expected


@pytest.mark.parametrize(
    "body",
    [
        "{{ line.name|upper }}",
        "{{ line.name.first }}",
        "{% if line.count > 3 %}x{% endif %}",
        "{% if line.late %}x{% elif line.count %}y{% endif %}",
        "{% include 'components/notice.html' %}",
        "{% for one in others %}{{ line.name }}{% endfor %}",
        "{% if line.late %}{% now 'Y' %}{% endif %}",
    ],
)
def test_what_a_row_cannot_hold_is_refused_when_the_template_is_read(body):
    with pytest.raises(TemplateSyntaxError, match="rows: "):
        drawn(body)


def test_a_row_says_which_field_is_missing():
    with pytest.raises(KeyError, match="nmae"):
        drawn("{{ line.nmae }}")
