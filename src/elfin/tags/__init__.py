"""Floor 2: compatibility tags of a target, and the verdict on a wheel's name."""
