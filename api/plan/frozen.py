"""Texts of values that never change, written once for each operation and its variables.

A value says what it is made of in `frozen_as`, and that covers everything that its fields show, who
may read what included. Nothing is found here that a transaction has not just named.
"""

import json
from collections import OrderedDict
from typing import Any, Final

from api.plan.request import Path, Render, Request

# Of all operations together; a text of an edition has some tens of thousands.
MOST_CHARACTERS: Final = 8 * 1024 * 1024

_NAME: Final = "frozen_as"


class _Texts:
    """Texts by what they say; those not asked for longest are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, str] = OrderedDict()
        self._characters = 0

    def find(self, key: Any) -> str | None:
        text = self._kept.get(key)
        if text is not None:
            self._kept.move_to_end(key)
        return text

    def keep(self, key: Any, text: str) -> None:
        if key in self._kept or len(text) > MOST_CHARACTERS:
            return
        self._kept[key] = text
        self._characters += len(text)
        while self._characters > MOST_CHARACTERS:
            _, gone = self._kept.popitem(last=False)
            self._characters -= len(gone)


_texts: Final = _Texts()


def can_be_frozen(kind: type | None) -> bool:
    """Return whether values of a class may say what they are made of."""
    return _NAME in getattr(kind, "__annotations__", {})


def written_once(render: Render) -> Render:
    """Return what writes a value, or finds the text that was written of an equal one."""
    # In every key, so that an operation's texts are its own, whatever came before it in memory.
    own = object()

    def once(value: Any, path: Path, request: Request) -> str:
        frozen_as = getattr(value, _NAME)
        if frozen_as is None:
            return render(value, path, request)
        key = (own, frozen_as, _spelt(request))
        text = _texts.find(key)
        if text is None:
            before = request.loose_ends
            text = render(value, path, request)
            if request.loose_ends == before:
                _texts.keep(key, text)
        return text

    return once


def _spelt(request: Request) -> str:
    """Return a request's variables as a text that differs where they do."""
    found: str | None = request.memo.get(_NAME)
    if found is None:
        coerced = request.variables.coerced
        found = request.memo[_NAME] = json.dumps(coerced, sort_keys=True, default=repr)
    return found
