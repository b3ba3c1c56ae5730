"""The API and the pages: one of two thin ways to call the domain."""
