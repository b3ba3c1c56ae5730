"""The message broker, Redis (or Valkey) or RabbitMQ; messages are doorbells and nothing else."""

import dramatiq
from dramatiq.middleware import (
    AgeLimit,
    AsyncIO,
    Callbacks,
    Pipelines,
    Retries,
    ShutdownNotifications,
    TimeLimit,
)

from tenants.db import application_url
from tenants.settings import Settings

# A killed worker's messages come back after this; the sweep is quicker in any case.
_HEARTBEAT_MS = 30_000
# Of 1,000,000 commands so many look for dead workers; the default leaves messages for minutes.
_MAINTENANCE_CHANCE = 50_000
_SOCKET_SECONDS = 2.0


def make_broker(settings: Settings) -> dramatiq.Broker:
    """Return the broker that the settings name.

    Raises:
        ValueError: Neither REDIS_URL nor RABBITMQ_URL is set.
    """
    middleware: list[dramatiq.Middleware] = [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        Pipelines(),
        # The job's row counts attempts and delays the next one; a message is never repeated.
        Retries(max_retries=0),
        AsyncIO(),
    ]
    # Each brings a client along, of which nobody needs two.
    if settings.rabbitmq_url is not None:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415 - see above.

        return RabbitmqBroker(url=settings.rabbitmq_url, middleware=middleware)
    if settings.redis_url is not None:
        from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415 - see above.

        return RedisBroker(
            url=settings.redis_url,
            # Installations that share a server must not hear each other's bells.
            namespace=f"afterword-{application_url(settings).database}",
            middleware=middleware,
            heartbeat_timeout=_HEARTBEAT_MS,
            maintenance_chance=_MAINTENANCE_CHANCE,
            socket_connect_timeout=_SOCKET_SECONDS,
        )
    message = "set REDIS_URL or RABBITMQ_URL"
    raise ValueError(message)
