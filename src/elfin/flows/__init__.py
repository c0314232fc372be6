"""Floor 4: one use-case a file; the only place where edges are opened and rooms are wired."""
