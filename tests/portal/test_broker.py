"""What a worker holds of the broker when the broker goes away."""

from django.conf import settings
from kombu import Connection

from portal.celery import app


def test_a_worker_that_has_lost_the_broker_with_a_message_in_hand_lets_go_of_it_without_an_error() -> None:
    """Its channel is closed when the transport has forgotten where the broker is: an error in there ends the worker."""
    connection = Connection(settings.VALKEY_URL)
    channel = connection.default_channel
    waiting = connection.SimpleQueue(f"{app.conf.task_default_queue}-in-hand")
    waiting.put({"wake": "somebody"})
    assert not waiting.get(timeout=5).acknowledged
    waiting.consumer.cancel()
    for pool in (channel.pool, channel.async_pool):
        pool.disconnect()
    channel._pool = channel._async_pool = None
    connection.transport.client = None
    channel.close()
