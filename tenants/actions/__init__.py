"""Actions: the improvements that an organisation decides on, what came of them, and digests."""
