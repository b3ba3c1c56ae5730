"""Rings for jobs after a commit, in a thread of its own: no request waits for a broker."""

import logging
import queue
import threading
from collections.abc import Sequence

import dramatiq

from tenants.work import Bell

_logger = logging.getLogger("afterword.jobs")

QUEUE = "afterword"
_MOST_WAITING = 10_000


class Doorbell:
    """Hands bells to the broker. What the broker does not take, the sweep finds."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        """Start the thread; it ends with the process."""
        self._broker = broker
        self._bells: queue.Queue[Bell] = queue.Queue(_MOST_WAITING)
        threading.Thread(target=self._ring_for_ever, name="doorbell", daemon=True).start()

    def ring(self, bells: Sequence[Bell]) -> None:
        """Ring soon for each; never waits and never fails."""
        for bell in bells:
            try:
                self._bells.put_nowait(bell)
            except queue.Full:
                return

    def _ring_for_ever(self) -> None:
        while True:
            bell = self._bells.get()
            try:
                self._broker.enqueue(message_of(bell))
            except Exception as error:  # noqa: BLE001 - whatever a broker that is down raises.
                _logger.warning(
                    "the broker did not take a bell (%s); the sweep will ring again",
                    type(error).__name__,
                )


def message_of(bell: Bell) -> dramatiq.Message[None]:
    """Return the broker's message for a bell: which row to open and in whose scope."""
    organisation_id = str(bell.organisation_id) if bell.organisation_id is not None else None
    return dramatiq.Message(
        queue_name=QUEUE,
        actor_name=bell.name,
        args=(),
        kwargs={"job_id": str(bell.job_id), "organisation_id": organisation_id},
        options={},
    )
