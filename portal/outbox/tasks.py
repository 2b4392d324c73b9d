import time

from celery import shared_task

from portal.lib.wake import wake
from portal.outbox.actions import (
    claim_next,
    claim_webhook,
    mark_bounced,
    mark_failed,
    mark_sent,
    mark_webhook_failed,
    mark_webhook_sent,
)
from portal.outbox.models import Letter, Webhook
from portal.outbox.transports import Refusal, Transport, TryLater, Undeliverable, call

BATCH = 200
CALLING_S = 60  # slow endpoints must not keep a worker from the letters; the next sweep goes on


@shared_task(name="outbox.send")
def send() -> int:
    """Sends due letters over one connection, each claimed on its own, so a killed worker repeats one at most."""
    done = 0
    with Transport() as transport:
        while done < BATCH and (letter := claim_next()):
            _send_one(transport, letter)
            done += 1
    if done == BATCH:  # the rest need not wait for the sweep
        wake("outbox.send")
    return done


def _send_one(transport: Transport, letter: Letter) -> None:
    try:
        transport.send(letter)
    except Undeliverable as error:
        mark_bounced(letter=letter, reason=str(error))
    except TryLater as error:
        mark_failed(letter=letter, reason=str(error))
    # Each backend of anymail raises others; a letter that cannot be composed (ValueError) is failed for good.
    except Exception as error:  # a provider's library fails: the reason stands on the letter, which is tried again
        reason = f"{type(error).__name__}: {error}"
        mark_failed(letter=letter, reason=reason, permanent=isinstance(error, ValueError))
    else:
        mark_sent(letter=letter)


@shared_task(name="outbox.call_webhooks")
def call_webhooks() -> int:
    """Calls the endpoints of due webhooks, each claimed on its own and called outside of any transaction."""
    done, begun = 0, time.monotonic()
    while done < BATCH and time.monotonic() - begun < CALLING_S and (webhook := claim_webhook()):
        _call_one(webhook)
        done += 1
    return done


def _call_one(webhook: Webhook) -> None:
    try:
        status = call(webhook)
    except Refusal as error:
        mark_webhook_failed(webhook=webhook, reason=str(error), status=error.status, permanent=error.for_good)
    except ValueError:  # its secret was sealed with a key that is no longer known
        mark_webhook_failed(webhook=webhook, reason="Its secret can no longer be read.", permanent=True)
    else:
        mark_webhook_sent(webhook=webhook, status=status)
