"""People who run the installation: they start releases, and see nothing of any organisation's."""
