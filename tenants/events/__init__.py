"""What happens in an organisation, in order, for those who watch."""
