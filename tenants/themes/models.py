"""Tables of what firms and organisations say of themes, over the shared codebook."""

from datetime import datetime

from sqlalchemy import DateTime, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant
from tenants.reasons import Audience, Controllability


class PushedTheme(Tenant, Model):
    """What a firm that serves, or served, an organisation says of one theme: the copy pushed last.

    Null and absent languages are as the shared codebook has them.
    """

    __tablename__ = "pushed_themes"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    code: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSONB)
    controllability: Mapped[Controllability | None] = mapped_column(Coded(Controllability))
    audience: Mapped[Audience | None] = mapped_column(Coded(Audience))
    is_retired: Mapped[bool | None]


class OrganisationTheme(Tenant, Model):
    """What an organisation says of one theme; null and absent languages are as above.

    Never deleted: excerpts keep the codes that they were given.
    """

    __tablename__ = "themes"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    code: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSONB)
    controllability: Mapped[Controllability | None] = mapped_column(Coded(Controllability))
    audience: Mapped[Audience | None] = mapped_column(Coded(Audience))
    is_retired: Mapped[bool | None]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
