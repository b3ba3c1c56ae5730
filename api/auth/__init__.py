"""From what a request carries to a viewer."""
