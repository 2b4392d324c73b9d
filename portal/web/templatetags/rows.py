"""A loop for long lists: what Django's own loop looks up through a chain of contexts, for each row and word, is found
once per page here. Its body is told only what it may hold, so it stays a template that designers can read."""

import html
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, TextNode, Token, VariableNode
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
Named = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """`{{ line.subject }}` or, of a loop within, `{{ tag }}`."""

    name: str
    key: str

    def of(self, named: Named) -> Any:
        found = named[self.name]
        if not self.key:
            return found
        return found[self.key] if isinstance(found, dict) else getattr(found, self.key)


@dataclass(frozen=True, slots=True)
class _Choice:
    field: _Field
    yes: "list[_Part]"
    no: "list[_Part]"


@dataclass(frozen=True, slots=True)
class _Loop:
    field: _Field
    name: str
    body: "list[_Part]"


_Part = str | _Field | _Choice | _Loop


@register.tag
def rows(parser: Parser, token: Token) -> "RowsNode":
    """`{% rows lines as line %} … {% endrows %}` draws its body for each of `lines`: dictionaries, or
    objects with attributes.

    The body may hold text, `{{ line.key }}`, `{% if line.key %} … {% else %} …` and `{% for one in line.key %} …`;
    what does not begin with the row's name is the same for each row and drawn once. Values are escaped unless they are
    marked safe; format them before (numbers and moments are shown as `str` tells them). Raises TemplateSyntaxError for
    anything else when the template is read.
    """
    words = token.split_contents()
    if len(words) != 4 or words[2] != "as":
        raise template.TemplateSyntaxError("rows: write {% rows lines as line %}.")
    body = parser.parse(("endrows",))
    parser.delete_first_token()
    _check(body, {words[3]})
    return RowsNode(parser.compile_filter(words[1]), words[3], body)


class RowsNode(Node):
    child_nodelists = ("nodelist",)

    def __init__(self, lines: Any, name: str, nodelist: NodeList) -> None:
        self.lines, self.name, self.nodelist = lines, name, nodelist

    def render(self, context: template.Context) -> SafeString:
        parts = _parts(self.nodelist, {self.name}, context)
        drawn: list[str] = []
        for line in self.lines.resolve(context):
            _draw(parts, {self.name: line}, drawn)
        return mark_safe("".join(drawn))  # noqa: S308  # each part is a template's own text, or escaped


def _check(nodes: Any, names: set[str]) -> None:
    for node in nodes:
        if isinstance(node, IfNode):
            first, *others = [condition for condition, _branch in node.conditions_nodelists]
            if not isinstance(first, TemplateLiteral) or others not in ([], [None]):
                raise template.TemplateSyntaxError("rows: an {% if %} asks for one value.")
            for _condition, branch in node.conditions_nodelists:
                _check(branch, names)
        elif isinstance(node, ForNode) and _field(node.sequence, names) and len(node.loopvars) == 1:
            _check(node.nodelist_loop, {*names, node.loopvars[0]})
        elif not isinstance(node, TextNode | VariableNode):
            raise template.TemplateSyntaxError(f"rows: {node!r} cannot stand in a row; prepare it before.")
        elif isinstance(node, VariableNode):
            _field(node.filter_expression, names)


def _field(expression: Any, names: set[str]) -> _Field | None:
    """What of the row is asked for; None for what is the same in each."""
    lookups = getattr(expression.var, "lookups", None) or ()
    if not lookups or lookups[0] not in names:
        return None
    if expression.filters or len(lookups) > 2:
        raise template.TemplateSyntaxError(f"rows: “{expression.token}” is more than a field; prepare it before.")
    return _Field(lookups[0], lookups[1] if len(lookups) == 2 else "")


def _parts(nodes: Any, names: set[str], context: template.Context) -> list[_Part]:
    """The body with all that is the same for each row filled in, and joined."""
    found: list[_Part] = []
    for node in nodes:
        for part in _of_node(node, names, context):
            if isinstance(part, str) and found and isinstance(found[-1], str):
                found[-1] += part
            else:
                found.append(part)
    return found


def _of_node(node: Any, names: set[str], context: template.Context) -> list[_Part]:
    if isinstance(node, IfNode):
        return _of_choice(node, names, context)
    if isinstance(node, ForNode):
        field, name = _field(node.sequence, names), node.loopvars[0]
        return [_Loop(field, name, _parts(node.nodelist_loop, {*names, name}, context))] if field else []
    field = _field(node.filter_expression, names) if isinstance(node, VariableNode) else None
    return [field or str(node.render(context))]


def _of_choice(node: Any, names: set[str], context: template.Context) -> list[_Part]:
    (condition, yes), *others = node.conditions_nodelists
    no = others[0][1] if others else NodeList()
    field = _field(condition.value, names)
    if field is None:
        return _parts(yes if condition.eval(context) else no, names, context)
    return [_Choice(field, _parts(yes, names, context), _parts(no, names, context))]


def _draw(parts: list[_Part], named: Named, drawn: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            drawn.append(part)
        elif isinstance(part, _Field):
            value = part.of(named)
            drawn.append(value if isinstance(value, SafeString) else html.escape(str(value)))
        elif isinstance(part, _Choice):
            _draw(part.yes if part.field.of(named) else part.no, named, drawn)
        else:
            for one in part.field.of(named):
                _draw(part.body, {**named, part.name: one}, drawn)
