"""What `afterword` cannot go on from, in words that say what to do."""


class DeployError(Exception):
    """A command cannot go on; its message says what is wrong and what to do about it."""


class PortTaken(DeployError):
    """Another program listens on the port that was asked for."""


class AlreadyRunning(DeployError):
    """Another demo runs on the same data folder."""
