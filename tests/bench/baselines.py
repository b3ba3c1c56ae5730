"""Starlette with nothing in between: SQL written by hand, and answers that never change."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tenants.pipeline import Pool
from tests.bench import statements

_SCOPE: Final = b"SELECT set_config('app.organisations', $1, true)"
_JSON: Final = "application/json"
_pools: Final[list[Pool]] = []


def _by_hand(statement: str) -> Route:
    text = statement.encode()

    async def answer(request: Request) -> Response:
        organisation = request.headers["x-organisation"].encode()
        results = await _pools[0].send([(_SCOPE, [b"{%s}" % organisation]), (text, [organisation])])
        return Response(b'{"data":%s}' % (results[1].get_value(0, 0) or b"null"), media_type=_JSON)

    return answer  # type: ignore[return-value]


async def _viewer(request: Request) -> Response:
    await request.body()
    return Response(b'{"data":{"viewer":{"id":"1"}}}', media_type=_JSON)


async def _submit(request: Request) -> Response:
    organisation = request.headers["x-organisation"].encode()
    given = json.loads(await request.body())["variables"]
    answers = json.dumps(given["answers"]).encode()
    sent = [organisation, given["interviewId"].encode(), answers]
    await _pools[0].send([(_SCOPE, [b"{%s}" % organisation]), (statements.SUBMIT.encode(), sent)])
    receipt = json.dumps(given["receiptCode"]).encode()
    body = b'{"data":{"submitResponse":{"receiptCode":%s}}}' % receipt
    return Response(body, media_type=_JSON)


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    _pools.append(Pool(os.environ["BENCH_DATABASE_URL"], 10))
    yield
    await _pools.pop().close()


app = Starlette(
    routes=[
        Route("/Q1", _by_hand(statements.Q1), methods=["POST"]),
        Route("/Q2", _by_hand(statements.Q2), methods=["POST"]),
        Route("/Q3", _viewer, methods=["POST"]),
        Route("/M1", _submit, methods=["POST"]),
    ],
    lifespan=_lifespan,
)
