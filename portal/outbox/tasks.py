from celery import shared_task

from portal.outbox.actions import claim_next, mark_bounced, mark_failed, mark_sent
from portal.outbox.models import Letter
from portal.outbox.transports import Transport, TryLater, Undeliverable

BATCH = 200


@shared_task(name="outbox.send")
def send() -> int:
    """Sends due letters over one connection, each claimed on its own, so a killed worker repeats one at most."""
    done = 0
    with Transport() as transport:
        while done < BATCH and (letter := claim_next()):
            _send_one(transport, letter)
            done += 1
    return done


def _send_one(transport: Transport, letter: Letter) -> None:
    try:
        transport.send(letter)
    except Undeliverable as error:
        mark_bounced(letter=letter, reason=str(error))
    except TryLater as error:
        mark_failed(letter=letter, reason=str(error))
    except Exception as error:  # a letter that cannot be composed, or a provider's own kind: never in others' way
        reason = f"{type(error).__name__}: {error}"
        mark_failed(letter=letter, reason=reason, permanent=isinstance(error, ValueError))
    else:
        mark_sent(letter=letter)
