"""Room: what the bytes of ELF files and wheels really need, and which tags that earns. See README.md."""
