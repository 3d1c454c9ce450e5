"""Files of bars and of market facts, read without being told what they are."""
