"""Questionnaires: what a candidate is asked, what counts as an answer, and what is shown when."""
