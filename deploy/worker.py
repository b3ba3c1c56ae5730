"""The process that does jobs. Importing it connects the broker that the settings name."""

import logging
import threading

from dramatiq import Worker

from deploy import lifeline
from jobs.worker import broker

WORKER_THREADS = 8
# Jobs that are under way when the process is asked to stop have this long.
GRACE_MILLISECONDS = 5_000


def run_worker() -> None:
    """Do jobs until asked to stop, then finish those that are under way.

    Dramatiq's own command adds a parent process, which can die without its child; one process
    with threads needs none, and an installation that wants more of them starts more.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("pika").setLevel(logging.WARNING)
    broker.emit_after("process_boot")
    worker = Worker(broker, worker_threads=WORKER_THREADS)
    worker.start()
    lifeline.report_ready()
    try:
        threading.Event().wait()
    finally:
        worker.stop(timeout=GRACE_MILLISECONDS)
        broker.close()
