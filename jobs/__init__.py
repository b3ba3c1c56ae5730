"""The worker's side: what happens later, each job a few lines that call one domain function."""
