"""Floor 3: which versions together meet the requirements, or why none do."""
