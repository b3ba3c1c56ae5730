"""Who belongs to an organisation: inviting, joining, another role, leaving."""
