"""Floor 1: what the user chose, and where they said so."""
