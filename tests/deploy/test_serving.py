"""The process that answers HTTP."""

import os
import subprocess
import sys


def test_a_process_that_serves_loads_nothing_that_only_others_need() -> None:
    program = (
        "import sys, deploy.serving, jobs.broker;"
        " from tenants.settings import get_settings;"
        " jobs.broker.make_broker(get_settings());"
        " print([one for one in ('rapidfuzz', 'pika', 'sklearn', 'numpy') if one in sys.modules])"
    )
    environment = {
        **os.environ,
        "SECRET_KEY": "a secret key that is used in tests only",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    environment.pop("RABBITMQ_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"
