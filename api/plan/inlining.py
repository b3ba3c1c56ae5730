"""What writes a field, as an expression for the function that writes the whole row.

In an expression `row`, `path` and `request` are what a render is given, and names in braces stand
for values that come with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from api.plan.request import Render

Inline = tuple[str, Mapping[str, Any]]

# It stands on the function itself, because it often leads back to it: a dictionary beside them,
# weak or not, would keep every function that was ever made.
_SAID: Final = "inline"


def inlined(render: Render, source: str, /, **names: Any) -> Render:
    """Return a render of which it is said which expression does the same."""
    vars(render)[_SAID] = (source, names)
    return render


def inline_of(render: Render) -> Inline:
    """Return the expression that does what a render does; calling it, where nothing was said."""
    said: Inline | None = getattr(render, _SAID, None)
    return said or ("{render}(row, path, request)", {"render": render})
