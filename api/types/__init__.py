"""GraphQL types, one module per noun; their docstrings are the API's descriptions."""

# Enums get their names and descriptions before any type uses them, whichever is imported first.
import api.types.scalars  # noqa: F401
