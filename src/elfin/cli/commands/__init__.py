"""One file a command: its parser, and its flow called with the parsed values."""
