"""The process that answers HTTP."""

import gc
import logging
import socket

import uvicorn

from api.app import create_app
from api.requests import MAX_BODY_BYTES
from deploy import lifeline, ports, readiness
from jobs.broker import make_broker
from jobs.doorbell import QUEUE, Doorbell
from tenants.db import ring_with
from tenants.settings import get_settings

# Requests that are under way when the process is asked to stop have this long.
GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """A server that tells who started it when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        lifeline.report_ready()


def run_api(listener: socket.socket) -> None:
    """Answer HTTP on a listening socket until asked to stop, and ring for the jobs asked for."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    # Ours alone: what libraries say of requests may hold addresses.
    logging.getLogger("afterword").setLevel(logging.INFO)
    broker = make_broker(get_settings())
    broker.declare_queue(QUEUE)
    ring_with(Doorbell(broker).ring)
    # Addresses of visitors and links with tokens are nobody's business: no access log.
    config = uvicorn.Config(
        create_app([readiness.database, readiness.broker]),
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MAX_BODY_BYTES,
        # Compressing each message keeps a window in memory for each socket, and they are many.
        ws_per_message_deflate=False,
    )
    # What was loaded so far stays. Looking through it for garbage would hold requests up for a
    # tenth of a second, again and again.
    gc.collect()
    gc.freeze()
    Server(config).run(sockets=[listener])


def listening_socket(host: str, port: int, descriptor: int | None) -> socket.socket:
    """Return the socket to answer on: an inherited one, or a new one.

    Args:
        host: Address for a new one.
        port: Port for a new one.
        descriptor: Number of an inherited one.

    Raises:
        DeployError: The address cannot be listened on.
    """
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    return ports.listen(port, host)
