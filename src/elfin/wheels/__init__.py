"""Floor 3: from a wheel's bytes to files of an environment, and back out."""
