"""TCP ports of this machine: free ones for the embedded servers, sockets for the parts."""

import errno
import secrets
import socket

from deploy.errors import DeployError, PortTaken

LOOPBACK = "127.0.0.1"

# Below what Linux and macOS hand out for outgoing connections: a client that tries to reach a
# stopped server on a port of that range can be given the very same port, and then holds it.
SERVER_PORTS = range(17_000, 32_000)
ATTEMPTS = 200
CONNECT_SECONDS = 1.0
BACKLOG = 1024


def free_port() -> int:
    """Return a port on the loopback address that nobody listens on.

    Raises:
        DeployError: None was found.
    """
    for _ in range(ATTEMPTS):
        port = secrets.choice(SERVER_PORTS)
        try:
            listen(port).close()
        except PortTaken:
            continue
        return port
    message = f"no free port between {SERVER_PORTS.start} and {SERVER_PORTS.stop} on {LOOPBACK}"
    raise DeployError(message)


def listen(port: int, host: str = LOOPBACK) -> socket.socket:
    """Return a socket that listens, so that the port is ours from now on.

    The demo keeps it and lends it to the part that answers on it: while that part is being
    restarted, clients wait instead of being refused.

    Args:
        port: The port, or 0 for any free one.
        host: The address.

    Raises:
        PortTaken: Another program listens there.
        DeployError: The address cannot be used at all.
    """
    # By the protocol asyncio tells that Nagle's algorithm is to be switched off; with it an answer
    # in two packets waits 40 ms for the first one to be acknowledged.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} is taken by another program"
            raise PortTaken(message) from error
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise DeployError(message) from error
    return listener


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Return whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
