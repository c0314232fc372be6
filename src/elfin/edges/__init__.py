"""The service shaft: disk, network, child processes, terminal; no domain words."""
