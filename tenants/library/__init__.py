"""A firm's library: its questionnaire templates and codebook, and pushing them to its clients."""
