"""What happens when a part is killed or gone. A small form runs with all tests, the full form by `make faults`."""

import os

FULL = os.environ.get("FAULTS") == "full"
