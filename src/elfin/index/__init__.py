"""Floor 2: package indexes: pages, metadata and files, and the cache of them."""
