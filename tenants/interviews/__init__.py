"""Declined-offer cases: opened by an offer's outcome, asked by mail, answered through a link."""
