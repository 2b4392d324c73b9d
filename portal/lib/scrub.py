"""Personal and secret things taken out of a text before it is kept or sent elsewhere."""

import re

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS_WITH_SECRET = re.compile(r"(https?://[^\s?#]+)[?#]\S*")
_TOKEN = re.compile(
    r"\b(?:(?:sk|pk|rk|ghp|gho|xox[abp]|whsec|key|token)[-_][\w-]{8,}|eyJ[\w.-]{20,}|AKIA\w{12,})", re.I
)
_LONG = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}\b")
_SAID = re.compile(
    r"\b(password|passwort|passcode|pin|secret|otp|code)(\s*(?:is|:|=)\s*)(?=\S*[\d!#$%&*@^])\S{4,}", re.I
)
_DIGITS = re.compile(r"(?<![\w-])\+?\(?\d(?:[ ()./-]{0,2}\d){6,18}(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_IP = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


def scrub(text: str) -> str:
    """The text with mail addresses, phone, card and account numbers, passwords and tokens replaced by their kind.

    Error codes, ticket numbers, dates and amounts stay: they are what the text is about.
    """
    text = _MAIL.sub("[email]", text)
    text = _ADDRESS_WITH_SECRET.sub(r"\1", text)
    text = _TOKEN.sub("[token]", text)
    text = _SAID.sub(r"\1\2[secret]", text)
    text = _LONG.sub("[token]", text)
    text = _IBAN.sub("[account]", text)
    text = _IP.sub("[address]", text)
    return _DIGITS.sub(_numbered, text)


def _numbered(found: re.Match[str]) -> str:
    words = found[0]
    if _DATE.fullmatch(words.strip()):
        return words
    digits = re.sub(r"\D", "", words)
    return "[card]" if 13 <= len(digits) <= 19 and _is_card(digits) else "[number]"


def _is_card(digits: str) -> bool:
    """By the check digit that cards carry."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
