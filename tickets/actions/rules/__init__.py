"""Rules: written down and checked, looked at before they are switched on, applied once per ticket and version."""

from tickets.actions.rules.firing import apply_rules, fire_next, try_again
from tickets.actions.rules.keeping import Seen, keep_rule, switch_off, switch_on

__all__ = ["Seen", "apply_rules", "fire_next", "keep_rule", "switch_off", "switch_on", "try_again"]
