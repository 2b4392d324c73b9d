"""What looks the same for the same few values is drawn once per process: the frame around every page."""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
MOST_KEPT = 2_000
_kept: dict[tuple[str, ...], SafeString] = {}  # the oldest first


@register.tag
def kept(parser: Parser, token: Token) -> "KeptNode":
    """`{% kept "header" brand.name section %} … {% endkept %}`: drawn once for the same values in the same language.

    The values must be everything that the content shows, and so is the key: nobody can be shown another's, and what
    changed is drawn anew at once. Never a token, a moment or a message between the tags.
    """
    _tag, name, *words = token.split_contents()
    values = [parser.compile_filter(word) for word in words]
    content = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name, values, content)


class KeptNode(template.Node):
    def __init__(self, name: str, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.values, self.nodelist = name, values, nodelist

    def render(self, context: template.Context) -> SafeString:
        key = (self.name, str(get_language()), *[str(value.resolve(context)) for value in self.values])
        found = _kept.get(key)
        if found is None:
            found = mark_safe(self.nodelist.render(context))  # noqa: S308  # a template's own output
            if len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)), None)
            _kept[key] = found
        return found
