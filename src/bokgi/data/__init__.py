"""Sources and the bar store."""
