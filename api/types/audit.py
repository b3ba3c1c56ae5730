"""The log of what was done, by whom, and who looked at identified feedback."""

from datetime import datetime

import strawberry

from api.derive import of_noun
from api.relay import Node
from tenants import read_graph
from tenants.access import Role, ViewerKind
from tenants.audit import AuditAction


@of_noun(read_graph.AUDIT_EVENT)
class AuditEvent(Node):
    """One thing that happened. The log is only ever added to, and sealed into a chain.

    HR reads what was done with offers, interviews, members, machines and engagements, where
    somebody was not let in, and which of those who read as HR does looked at responses; the
    consultant what was done with offers, interviews, responses and engagements. That somebody
    answered anonymously is not in it.

    Attributes:
        at: When.
        action: What was done.
        actor_kind: What sort of principal did it.
        actor_role: In which part, if it was one that the organisation knows.
        actor_name: The person's name, while the person is known to the organisation.
        subjects: To what: random tokens, each always the same for the same record until that
            record is erased or made confidential; nothing says then whose token it was.
    """

    at: datetime
    action: AuditAction
    actor_kind: ViewerKind
    actor_role: Role | None
    actor_name: str | None
    subjects: list[str]


@of_noun(read_graph.FIRM_AUDIT_EVENT)
class FirmAuditEvent:
    """One thing that happened in a firm: to its library, its people, its provider, its engagements.

    Its log is added to and sealed like an organisation's. Who signed in, and where somebody was
    not let in, is in it, too; what was done for a client is in the client's own log.

    Attributes:
        id: Opaque and stable.
        at: When.
        action: What was done.
        actor_kind: What sort of principal did it.
        actor_role: In which part, if it was one that the firm knows.
        actor_name: The person's name, while the person is known to the firm.
        subjects: To what: random tokens, each always the same for the same record.
    """

    id: strawberry.ID
    at: datetime
    action: AuditAction
    actor_kind: ViewerKind
    actor_role: Role | None
    actor_name: str | None
    subjects: list[str]


@strawberry.input
class AuditEventFilter:
    """Which events are wanted.

    Attributes:
        action: Any of these.
        at_from: At this time or later.
        at_to: Before this time.
    """

    action: list[AuditAction] | None = None
    at_from: datetime | None = None
    at_to: datetime | None = None
