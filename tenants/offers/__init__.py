"""Offers to candidates: what a status means, and how an applicant-tracking system tells of them."""
