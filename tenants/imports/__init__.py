"""Past responses from spreadsheets: a mapping says what their columns and cells mean."""
