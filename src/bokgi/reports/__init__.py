"""Results as files and bodies."""
