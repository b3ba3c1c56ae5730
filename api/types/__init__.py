"""GraphQL types, one module per noun; their docstrings are the API's descriptions."""
