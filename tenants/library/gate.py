"""Who may do what with a firm's library: whoever belongs to the firm, by the table of roles."""

from uuid import UUID

from tenants.access import Permission, Viewer
from tenants.errors import Forbidden, NotFound


def require_in_firm(viewer: Viewer, permission: Permission, firm_id: UUID) -> None:
    """Return only if the viewer's part in the firm grants the permission.

    Raises:
        NotFound: The viewer does not belong to the firm: the same answer as for an unknown one.
        Forbidden: The part does not grant it, or the token is narrowed to other things.
    """
    role = viewer.firms.get(firm_id)
    if role is None:
        noun = "firm"
        raise NotFound(noun, field="firmId")
    if not viewer.grants(role, permission):
        message = f"Your part in the firm does not include {permission.value}."
        raise Forbidden(message)
