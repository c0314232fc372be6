"""Floor 2: which interpreters there are, and what each is."""
