"""Puts the API and the jobs together and runs them: the `afterword` command and its demo."""
