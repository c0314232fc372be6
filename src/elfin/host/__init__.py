"""Floor 1: what a place is, and whether a need fits it."""
