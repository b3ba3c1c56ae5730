"""When to look again at what somebody watches, and with which rights."""

from collections.abc import AsyncGenerator
from typing import Final
from uuid import UUID

from api.context import Context
from tenants.events.listening import doorbell, wait

# Somebody who watches is asked for again, and a bell that was lost is made up for, this often.
LOOK_SECONDS: Final = 10.0


async def looks(context: Context, organisation_id: UUID) -> AsyncGenerator[None, None]:
    """Yield at once, and whenever something may have happened in an organisation.

    Each time the context holds who the viewer is by then, and nothing that was loaded before.

    Raises:
        Unauthenticated: The token or session has ended meanwhile.
    """
    async with doorbell(organisation_id) as bell:
        while True:
            await context.renew()
            yield
            await wait(bell, LOOK_SECONDS)
