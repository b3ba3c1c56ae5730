"""PostgreSQL and Valkey from wheels, on a data folder: no container, no system package, any user.

They outlive whoever started them when that is killed, and the next one to need them adopts them.
The last process to use them stops them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.errors import PortTaken
from deploy.folder import DataFolder
from deploy.ports import free_port
from deploy.postgresql import PostgresServer
from deploy.valkey import ValkeyServer

Server = PostgresServer | ValkeyServer
OTHER_PORTS = 3


@dataclass(frozen=True)
class Servers:
    """The servers of a data folder; None for one that is not needed.

    Attributes:
        postgresql: The database server.
        valkey: The broker.
    """

    postgresql: PostgresServer | None
    valkey: ValkeyServer | None

    @property
    def database_url(self) -> str | None:
        """Return the address of the database `afterword`, as its owner."""
        return self.postgresql.url if self.postgresql else None

    @property
    def redis_url(self) -> str | None:
        """Return the address of the broker."""
        return self.valkey.url if self.valkey else None

    @property
    def each(self) -> tuple[Server, ...]:
        """Return those that are needed, in the order in which they start."""
        return tuple(server for server in (self.postgresql, self.valkey) if server)


@contextmanager
def running(
    folder: DataFolder, *, database: bool = True, broker: bool = True, durable: bool = True
) -> Iterator[Servers]:
    """Have servers of a data folder running during the block.

    Afterwards they are stopped, unless another process uses them as well.

    Args:
        folder: The data folder; made when it is not there.
        database: Whether PostgreSQL is needed.
        broker: Whether Valkey is needed.
        durable: Whether what was committed must survive a power cut; only tests do without.

    Raises:
        DeployError: The folder cannot be used, or a server does not start.
    """
    folder.create()
    with folder.settled():
        use = folder.join()
        all_servers = _servers(folder, durable=durable)
    servers = Servers(
        all_servers.postgresql if database else None, all_servers.valkey if broker else None
    )
    try:
        with folder.settled():
            for server in servers.each:
                _start(folder, server)
        yield servers
    finally:
        with folder.settled():
            use.close()
            if folder.unused():
                for server in reversed(all_servers.each):
                    server.stop()


def is_running(folder: DataFolder) -> bool:
    """Return whether both servers of the data folder run."""
    return folder.exists and all(server.is_up() for server in _servers(folder).each)


def _servers(folder: DataFolder, *, durable: bool = True) -> Servers:
    state = folder.state()
    return Servers(
        PostgresServer(folder, state, durable=durable),
        ValkeyServer(folder, state, durable=durable),
    )


def _start(folder: DataFolder, server: Server) -> None:
    """Start a server, on another port if its own has gone to another program meanwhile."""
    for _ in range(OTHER_PORTS):
        try:
            server.start()
        except PortTaken:
            server.port = free_port()
            folder.change(**{server.port_key: server.port})
        else:
            return
    server.start()
