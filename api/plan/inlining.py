"""What writes a field, as an expression for the function that writes the whole row.

In an expression `row`, `path` and `request` are what a render is given, and names in braces stand
for values that come with it.
"""

from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from api.plan.request import Render

Inline = tuple[str, Mapping[str, Any]]

_inlines: Final[WeakKeyDictionary[Any, Inline]] = WeakKeyDictionary()


def inlined(render: Render, source: str, /, **names: Any) -> Render:
    """Return a render of which it is said which expression does the same."""
    _inlines[render] = (source, names)
    return render


def inline_of(render: Render) -> Inline:
    """Return the expression that does what a render does; calling it, where nothing was said."""
    return _inlines.get(render) or ("{render}(row, path, request)", {"render": render})
