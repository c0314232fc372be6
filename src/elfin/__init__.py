"""elfin: Python environments and packages that get libc right."""

__version__ = "0.1.0"
