"""What an organisation may learn: editions of figures from responses, live figures of offers."""
