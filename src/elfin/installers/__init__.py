"""Release archives -> install scripts that choose an artifact that runs; see README.md."""
