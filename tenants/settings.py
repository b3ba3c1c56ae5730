"""Settings of the installation, read once from the environment; a missing one is named at start."""

from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# What one request may cost at most, in points; a budget below it could never be spent.
MAX_COST: Final = 50_000


class Settings(BaseSettings):
    """Everything that differs between installations.

    Each attribute is read from the environment variable of the same name in capitals.

    Attributes:
        database_url: PostgreSQL as the owner of the tables; migrations use it, and
            `application_database_url` is derived from it when that one is absent.
        application_database_url: PostgreSQL as the application role, which row-level security
            binds. API, worker and scheduler use it.
        listen_database_url: PostgreSQL as the application role without a pool of transactions in
            between, where `application_database_url` leads through one: events are listened for.
        redis_url: The broker, when it is Redis or Valkey.
        rabbitmq_url: The broker, when it is RabbitMQ; wins over `redis_url`.
        secret_key: At least 32 characters; every other key is derived from it (`tenants.keys`).
        public_url: Where candidates and people reach the installation, without a final slash.
        smtp_url: Mail relay, `smtp://[user:password@]host:port` or `smtps://...`.
        mail_from: Sender of every mail.
        mail_bounces_to: Where mail systems report what cannot be delivered, and from where
            `afterword bounces` reads it; the address of `mail_from` if absent.
        mail_bounces_secret: With which a mail system may post notifications to `/mail-bounces`,
            at least 32 characters; without it nobody may.
        outbox_dir: Demo only: the folder in which its mail catcher keeps what was sent.
        job_lease_seconds: How long a started job may be silent before it is given to another.
        invite_within_days: An offer declined longer ago than this gets no mail by itself.
        invitation_days: Days from the first mail until the link expires and the interview closes.
        session_idle_minutes: A browser's session ends when it was not used for so long.
        session_hours: A browser's session ends so long after signing in, used or not.
        password_reset_minutes: Minutes until a link for a new password expires.
        reach_private_addresses: Demo and tests only: sign-in providers may lie at private
            addresses, and speak plain HTTP.
        member_invitation_days: Days until an invitation to become a member expires.
        anonymous_minimum_invitations: Invitations in 12 months from which on ANONYMOUS is offered;
            the floor is 100 (`methodology`).
        flush_minimum: Anonymous submissions that leave the holding place together; the floor is 5.
        disclosure_minimum: Respondents who make a crowd in an edition; the floor is 5.
        trusted_documents: A manifest of documents that every client may send by their ids, or a
            folder of such files.
        trusted_documents_only: Answer trusted documents and nothing else.
        request_seconds: How long an answer may take, and one of its statements in PostgreSQL.
        client_budget: Points of cost that a person, an integration or a link may spend in a
            minute; 0 sets no limit.
        organisation_budget: The same for all who act in one organisation, together.
        metrics_token: At least 16 characters, which whoever asks for `/metrics` sends as a bearer
            token; without it there is no such page.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str | None = None
    application_database_url: str | None = None
    listen_database_url: str | None = None
    redis_url: str | None = None
    rabbitmq_url: str | None = None
    secret_key: SecretStr = Field(min_length=32)
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "Afterword <interviews@localhost>"
    mail_bounces_to: str | None = None
    mail_bounces_secret: SecretStr | None = Field(default=None, min_length=32)
    outbox_dir: Path | None = None
    job_lease_seconds: int = Field(default=60, ge=5)
    invite_within_days: int = Field(default=60, ge=1)
    invitation_days: int = Field(default=30, ge=7)
    session_idle_minutes: int = Field(default=120, ge=5)
    session_hours: int = Field(default=12, ge=1)
    password_reset_minutes: int = Field(default=30, ge=5)
    reach_private_addresses: bool = False
    member_invitation_days: int = Field(default=7, ge=1)
    anonymous_minimum_invitations: int = Field(default=100, ge=100)
    flush_minimum: int = Field(default=5, ge=5)
    disclosure_minimum: int = Field(default=5, ge=5)
    trusted_documents: Path | None = None
    trusted_documents_only: bool = False
    request_seconds: float = Field(default=20, gt=0)
    client_budget: int = Field(default=10_000_000, ge=0)
    organisation_budget: int = Field(default=30_000_000, ge=0)
    metrics_token: SecretStr | None = Field(default=None, min_length=16)

    @model_validator(mode="after")
    def _flushes_make_a_crowd(self) -> Self:
        if self.flush_minimum < self.disclosure_minimum:
            # A flush of fewer would keep every hidden answer out of an edition until the next.
            message = "FLUSH_MINIMUM must not be below DISCLOSURE_MINIMUM"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _budgets_hold_one_request(self) -> Self:
        if any(0 < one < MAX_COST for one in (self.client_budget, self.organisation_budget)):
            message = f"CLIENT_BUDGET and ORGANISATION_BUDGET are 0 or at least {MAX_COST}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _needs_a_database(self) -> Self:
        if self.database_url is None and self.application_database_url is None:
            message = "set DATABASE_URL (owner) or APPLICATION_DATABASE_URL (application role)"
            raise ValueError(message)
        return self


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        pydantic.ValidationError: A variable is missing or malformed; the error names it.
    """
    return Settings()
