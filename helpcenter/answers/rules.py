"""When a person is fetched: plain patterns, reported as the rule that held and never as a confidence.

A question about a subject ("How do refunds work?") is answered; a case of it ("You charged me twice") is handed over.
"""

import re
from collections.abc import Callable

from helpcenter.states import HandOver

_PERSON = (
    r"(?:human|person|people|someone|somebody|agent|representative|operator|advisor|employee|staff member|"
    r"(?:the )?support(?: team)?|customer service)"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_ASKED = _any(
    r"\b(?:talk|speak|chat|connect me|put me through|transfer me|escalate(?: this)?|hand me over) (?:to|with) "
    rf"(?:\w+ ){{0,3}}?{_PERSON}",
    rf"\b(?:contact|reach|call|write to) (?:a|an|the|your|some) (?:\w+ )?{_PERSON}",
    rf"^\W*(?:a |an |real |live )*{_PERSON}(?: please| now)?\W*$",
    r"\b(?:real|live|actual) (?:human|person|agent)\b",
    r"\b(?:not|no|stop|instead of) (?:a |the |this |talking to (?:a |the )?)?(?:bot|robot|machine|ai)\b",
    r"\bcontact (?:your )?support\b",
    r"\bcall me back\b",
)
_SECURITY = _any(
    r"\b(?:hacked|compromised|phish\w*|ransom\w*|breach(?:ed)?|hijacked|impersonat\w+)\b",
    r"\b(?:someone|somebody|a stranger|an attacker) (?:else )?(?:has |is |was |have )?(?:\w+ )?"
    r"(?:logged|signed|got|using|used|accessed|changed|took|stole|knows)\b",
    r"\b(?:unauthori[sz]ed|suspicious|unknown|strange) (?:\w+ )?"
    r"(?:log-?ins?|sign-?ins?|access|activity|devices?|sessions?)\b",
    r"\b(?:leaked|stolen|exposed|published by mistake|lost) (?:\w+ ){0,3}"
    r"(?:keys?|tokens?|passwords?|secrets?|laptop|phone|device)\b",
    r"\b(?:keys?|tokens?|passwords?|secrets?|credentials)(?: \w+){0,3} (?:leaked|stolen|exposed|public)\b",
    r"\b(?:security (?:hole|flaw|bug|incident)|vulnerabilit(?:y|ies)|data leak)\b",
    r"\b(?:log-?in|sign-?in)s? (?:that )?(?:was |were )?(?:not (?:me|mine|us)|I did not make)\b",
)
_DISPUTE = _any(
    r"\b(?:charged|billed|debited|invoiced) (?:\w+ ){0,3}"
    r"(?:twice|double|again|wrongly|incorrectly|too much|after|without|by mistake)\b",
    r"\b(?:double|wrong|incorrect|unauthori[sz]ed|unexpected|duplicate) (?:charges?|billing|debits?|payments? taken)\b",
    r"\bovercharged\b",
    r"\b(?:dispute|contest) (?:\w+ ){0,3}(?:charge|bill|invoice|payment)\b|\bcharge-?back\b",
    r"\b(?:want|need|demand|expect|would like|give me|owe me) (?:a |my |our |the )?(?:full )?(?:refund|money back)\b",
    r"\brefund (?:me|us|my|our|this)\b",
    r"\b(?:did not|didn't|never) (?:agree|authori[sz]e|order|buy)\b.*\b(?:charge|bill|invoice|payment)",
)
_ANGER = _any(
    r"\b(?:unacceptable|ridiculous|outrageous|disgrace(?:ful)?|disgusting|pathetic|useless|scam(?:mers?)?|incompetent)\b",
    r"\b(?:fed up|sick of|sick and tired|had enough|waste of (?:time|money))\b",
    r"\bworst (?:\w+ ){0,2}(?:service|company|support|product|ever)\b",
    r"\b(?:angry|furious|livid|pissed|wtf|bullshit|damn|fuck\w*|shit\w*|crap|sue you|my lawyer)\b",
    r"\b(?:terrible|horrible|awful) (?:service|support|company|experience)\b",
)
_REPEAT = _any(
    r"\b(?:second|third|fourth|fifth|2nd|3rd|\d+th|hundredth) time\b",
    r"\b(?:already|have) (?:told|asked|written|wrote|contacted|reported|emailed|filed|called) (?!you (?:can|may))\b",
    r"\b(?:still|again) (?:no|not|without) (?:\w+ ){0,2}(?:answer|reply|response|fix|solution)\b",
    r"\bnobody (?:has )?(?:answer|repli|respond)\w*\b",
    r"\bmy (?:last|previous|earlier|other) (?:ticket|request|question|message)\b",
)
_PROBLEM = re.compile(
    r"\b(?:not|no|never|can'?t|cannot|won'?t|doesn'?t|isn'?t|aren'?t|didn'?t|fail\w*|errors?|down|slow\w*|late|delay\w*"
    r"|missing|broken|problems?|issues?|outage|offline|unavailable|stuck|stopp?ed|crash\w*|wrong|timeouts?|timed out"
    r"|unreachable|hang\w*|lost|loading|5\d\d|QE-\d+)\b",
    re.I,
)
STATE = re.compile(
    r"\b(?:outage|(?:is|are) (?:\w+ ){0,4}(?:down|offline|unavailable)|known (?:issue|problem|incident)"
    r"|status of (?:the |your )?(?:system|service)s?|anything wrong|having (?:problems|issues))\b",
    re.I,
)

RULES: list[tuple[HandOver, Callable[[str], bool]]] = [
    (HandOver.SECURITY, lambda text: bool(_SECURITY.search(text))),
    (HandOver.BILLING_DISPUTE, lambda text: bool(_DISPUTE.search(text))),
    (HandOver.ASKED, lambda text: bool(_ASKED.search(text))),
    (HandOver.ANGER, lambda text: bool(_ANGER.search(text)) or _shouts(text)),
    (HandOver.REPEAT, lambda text: bool(_REPEAT.search(text))),
]


def hand_over(question: str) -> HandOver | None:
    """The first rule that holds, the gravest first; None: no rule wants a person."""
    return next((reason for reason, holds in RULES if holds(question)), None)


def is_problem(question: str) -> bool:
    """Whether something does not work, rather than how something is done."""
    return bool(_PROBLEM.search(question))


def _shouts(text: str) -> bool:
    """Capitals throughout, or a row of exclamation marks."""
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return (len(letters) >= 20 and capitals / len(letters) > 0.8) or text.count("!") >= 4
