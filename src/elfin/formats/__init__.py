"""Floor 0: bytes and text to values and back, one file a specification; never a path, never a network."""
