"""Values as text and JSON: every domain value is rendered here and only here."""
