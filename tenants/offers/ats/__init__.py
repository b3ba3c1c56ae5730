"""Adapters of applicant-tracking systems: verify the bytes, say what they mean in our words."""
