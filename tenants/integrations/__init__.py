"""Machine clients of an organisation: the intake of an applicant-tracking system."""
