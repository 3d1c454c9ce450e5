"""The steps, oldest first. A step that takes something away says `contracts = True` and names its `oldest_reader`."""
