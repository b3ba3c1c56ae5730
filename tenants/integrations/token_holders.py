"""Whom an access token stands for, as things are now and not as they were when it was made."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from tenants.access import Permission, Role, Viewer, ViewerKind
from tenants.errors import Unauthenticated
from tenants.integrations import token_queries
from tenants.integrations.scopes import permissions_of
from tenants.organisations import queries as organisations
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What an access token says, once its signature and its time were found good.

    Attributes:
        organisation_id: Whose data it is for, alone.
        integration_id: Which integration holds it.
        token_id: By which it can be revoked.
        scopes: What it was given for.
        person_id: Who consented; None for an integration that acts for itself.
        grant_id: The consent; None likewise.
    """

    organisation_id: UUID
    integration_id: UUID
    token_id: str
    scopes: Collection[str]
    person_id: UUID | None
    grant_id: UUID | None

    def presenter(self) -> Viewer:
        """Return the viewer in whose scope it is decided what the token is worth."""
        return Viewer(
            ViewerKind.INTEGRATION if self.person_id is None else ViewerKind.PERSON,
            self.integration_id if self.person_id is None else self.person_id,
            roles={self.organisation_id: Role.AUTHORIZATION_SERVER},
        )


async def authenticate_token(session: Session, viewer: Viewer, *, claims: TokenClaims) -> Viewer:
    """Return the integration or the person behind an access token, narrowed to its scopes.

    Everything is read anew each time: a token of somebody removed, of an engagement that ended, of
    an integration that was disabled, deleted or given fewer scopes, stops or shrinks at once.

    Args:
        session: The transaction.
        viewer: `claims.presenter()`.
        claims: What the token says.

    Raises:
        Unauthenticated: The token is not good any more; the answer does not say why.
    """
    organisation_id = claims.organisation_id
    integration = await token_queries.find_client(
        session, viewer, organisation_id=organisation_id, integration_id=claims.integration_id
    )
    if integration is None or await token_queries.is_denied(
        session, viewer, organisation_id=organisation_id, token_id=claims.token_id
    ):
        raise _worthless()
    scopes = permissions_of(set(claims.scopes) & set(integration.scopes))
    if claims.person_id is None:
        return Viewer(
            ViewerKind.INTEGRATION,
            integration.id,
            integration.name,
            {organisation_id: Role.INTEGRATION},
            scopes=scopes,
        )
    return await _person(session, viewer, claims, scopes)


async def _person(
    session: Session, viewer: Viewer, claims: TokenClaims, scopes: frozenset[Permission]
) -> Viewer:
    """Return the person who consented, as far as the integration's organisation goes."""
    organisation_id, person_id, grant_id = claims.organisation_id, claims.person_id, claims.grant_id
    grant = None
    if grant_id is not None:
        grant = await token_queries.find_grant(
            session, viewer, organisation_id=organisation_id, grant_id=grant_id
        )
    if person_id is None or grant is None or grant.person_id != person_id:
        raise _worthless()
    roles, firms = await organisations.list_parts(session, viewer, person_id=person_id)
    role = roles.get(organisation_id)
    if role is None:
        raise _worthless()
    if len(roles) > 1 or firms:
        # What peers may be shown depends on everything that somebody sees, which a token that is
        # narrowed to one organisation does not know.
        scopes -= {Permission.BENCHMARK_READ}
    name = await organisations.find_name(session, viewer)
    return Viewer(ViewerKind.PERSON, person_id, name, {organisation_id: role}, scopes=scopes)


async def find_role(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> Role | None:
    """Return the role that a person holds in an organisation now, or None."""
    roles, _ = await organisations.list_parts(
        session, Viewer(ViewerKind.PERSON, person_id, roles=viewer.roles), person_id=person_id
    )
    return roles.get(organisation_id)


def _worthless() -> Unauthenticated:
    message = "The access token is unknown or has expired."
    return Unauthenticated(message)
