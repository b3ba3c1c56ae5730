"""The domain. Importing it registers every table, which foreign keys and migrations rely on."""

from tenants import announcements, audit, work
from tenants.actions import models as actions
from tenants.benchmarks import models as benchmarks
from tenants.excerpts import desk_models as desk
from tenants.excerpts import models as excerpts
from tenants.insights import models as insights
from tenants.integrations import models as integrations
from tenants.integrations import token_models as tokens
from tenants.interviews import conversation_models as conversations
from tenants.interviews import mail_models as mails
from tenants.interviews import models as interviews
from tenants.library import models as library
from tenants.members import models as members
from tenants.offers import models as offers
from tenants.operators import models as operators
from tenants.organisations import insight_models as insight_settings
from tenants.organisations import models as organisations
from tenants.questionnaires import models as questionnaires
from tenants.themes import models as themes

__all__ = [
    "actions",
    "announcements",
    "audit",
    "benchmarks",
    "conversations",
    "desk",
    "excerpts",
    "insight_settings",
    "insights",
    "integrations",
    "interviews",
    "library",
    "mails",
    "members",
    "offers",
    "operators",
    "organisations",
    "questionnaires",
    "themes",
    "tokens",
    "work",
]
