"""`afterword doctor` says what is wrong and what to do, and nothing else."""

import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

import migrations
from deploy import ports
from deploy.doctor import (
    Problem,
    check_broker,
    check_mail,
    check_oauth,
    check_python,
    examine,
)
from deploy.embedded import Servers, running
from deploy.environment import BROKER, DATABASE, catching_mail, completed
from deploy.folder import DataFolder
from tenants.settings import Settings, get_settings
from tests.deploy.conftest import python

SECRET_KEY = "a secret key that is used in tests only"


@pytest.fixture(autouse=True)
def no_servers_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the servers that the other tests run on out of these."""
    for name in (*DATABASE, *BROKER):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def servers(folder: DataFolder) -> Iterator[Servers]:
    """Return running servers, with an empty database."""
    with running(folder, durable=False) as servers:
        yield servers


@pytest.fixture
def variables(
    folder: DataFolder,
    servers: Servers,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[dict[str, str]]:
    """Return variables for the servers, which are also this process's during the test."""
    variables = completed(environment, folder, servers, public_url="http://127.0.0.1:8000")
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SMTP_URL"):
        monkeypatch.setenv(name, variables[name])
    get_settings.cache_clear()
    yield variables
    monkeypatch.undo()
    get_settings.cache_clear()


def examined() -> dict[str, str]:
    """Return what the doctor says of each thing."""
    lines: list[str] = []
    code = examine(lines.append)
    assert code == int(any(line.startswith("wrong") for line in lines))
    return {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines}


def execute(servers: Servers, statement: str) -> None:
    url = make_url(servers.database_url or "").set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(statement)


def test_it_leads_from_an_empty_database_to_a_well_installation(
    folder: DataFolder, servers: Servers, variables: dict[str, str]
) -> None:
    found = examined()
    assert found["wrong  migrations"].startswith("the tables are at None")
    assert (
        found["wrong  application role"]
        == "the role afterword_app does not exist. To do: afterword migrate."
    )
    assert found["wrong  mail"].startswith("no mail relay at 127.0.0.1")

    migrations.upgrade()
    with catching_mail(folder, variables):
        assert list(examined()) == [
            "ok     Python",
            "ok     settings",
            "ok     database",
            "ok     clock",
            "ok     migrations",
            "ok     application role",
            "ok     broker",
            "ok     mail",
            "ok     OAuth",
        ]

    sealed = "INSERT INTO signing_keys VALUES ('old', '{}', 'sealed otherwise', now(), now())"
    execute(servers, sealed)
    assert examined()["wrong  OAuth"] == (
        "a key that signs access tokens was sealed with another SECRET_KEY."
        " To do: afterword rotate-keys --at-once."
    )
    execute(servers, "DELETE FROM signing_keys")

    execute(servers, "ALTER ROLE afterword_app BYPASSRLS")
    assert (
        examined()["wrong  application role"]
        == "the role afterword_app is not bound by row-level security."
        " To do: ALTER ROLE afterword_app NOSUPERUSER NOBYPASSRLS."
    )

    execute(servers, "ALTER ROLE afterword_app NOBYPASSRLS")
    execute(servers, "ALTER TABLE people OWNER TO afterword_app")
    assert examined()["wrong  application role"].startswith("the role afterword_app owns tables")

    execute(servers, "ALTER TABLE people OWNER TO postgres")
    execute(servers, "GRANT postgres TO afterword_app")
    assert examined()["wrong  application role"].startswith("the role afterword_app owns tables")


def test_a_missing_variable_is_named(environment: dict[str, str]) -> None:
    done = subprocess.run(
        python("-m", "deploy.cli", "doctor"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[1] == (
        "wrong  settings: SECRET_KEY: Field required."
        " To do: set the variable; afterword --help lists them."
    )


def test_an_old_python_is_refused() -> None:
    assert check_python((3, 11)) == "3.11"
    with pytest.raises(Problem, match=r"3\.10 is too old"):
        check_python((3, 10))


@pytest.mark.parametrize(
    ("variable", "scheme", "words"),
    [
        ("redis_url", "redis", "no Redis or Valkey"),
        ("rabbitmq_url", "amqp", "no RabbitMQ at 127.0.0.1"),
    ],
)
def test_a_broker_that_is_down_is_named(variable: str, scheme: str, words: str) -> None:
    url = f"{scheme}://127.0.0.1:{ports.free_port()}"
    settings = Settings.model_validate(
        {"database_url": "postgresql:///afterword", "secret_key": SECRET_KEY, variable: url}
    )
    with pytest.raises(Problem, match=words):
        check_broker(settings)


def test_no_broker_at_all_is_told() -> None:
    settings = Settings.model_validate(
        {"database_url": "postgresql:///afterword", "secret_key": SECRET_KEY}
    )
    with pytest.raises(Problem, match="neither REDIS_URL nor RABBITMQ_URL is set"):
        check_broker(settings)


def test_a_mail_relay_that_is_down_is_named() -> None:
    settings = Settings.model_validate(
        {
            "database_url": "postgresql:///afterword",
            "secret_key": SECRET_KEY,
            "smtp_url": f"smtp://127.0.0.1:{ports.free_port()}",
        }
    )
    with pytest.raises(Problem, match=r"no mail relay at 127\.0\.0\.1"):
        check_mail(settings)


def test_an_address_without_tls_is_told() -> None:
    settings = Settings.model_validate(
        {
            "database_url": "postgresql:///afterword",
            "secret_key": SECRET_KEY,
            "public_url": "http://afterword.example",
        }
    )
    with pytest.raises(Problem, match="PUBLIC_URL is not https"):
        check_oauth(settings)
