"""World-makers for tests: small real things, made from a few words."""
