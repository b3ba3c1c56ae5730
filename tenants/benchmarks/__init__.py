"""Comparison across organisations: contributions, peer groups and frozen releases."""
