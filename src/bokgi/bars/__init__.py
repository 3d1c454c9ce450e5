"""Price history in memory."""
