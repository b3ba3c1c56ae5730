"""Firms, client organisations, the people in them and what part each plays."""
