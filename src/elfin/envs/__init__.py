"""Floor 2: environments: how one is made, and what is in it."""
