"""Floor 5: argv to a flow to text or JSON; knows no domain rule."""
