"""What is said of a function that writes a field: found again, and gone with the function."""

import gc
import weakref
from typing import Any

from api.plan.inlining import inline_of, inlined


def test_what_is_said_of_a_function_is_found_and_does_not_keep_it() -> None:
    def render(row: Any, _path: Any, _request: Any) -> str:
        return str(row)

    def silent(row: Any, _path: Any, _request: Any) -> str:
        return str(row)

    # It leads back to the function, as most of what is said does.
    assert inline_of(inlined(render, "{it}(row)", it=render)) == ("{it}(row)", {"it": render})
    assert inline_of(silent) == ("{render}(row, path, request)", {"render": silent})
    watched = weakref.ref(render)
    del render
    gc.collect()
    assert watched() is None
