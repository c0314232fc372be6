"""Package data -> the texts that scripts are made of. Reads beside this file, and nothing else."""

from __future__ import annotations

import os


def read(name: str) -> str:
    """The text of a template: "sh/main.sh", "install.ps1"."""
    with open(os.path.join(os.path.dirname(__file__), *name.split("/")), encoding="utf-8") as file:
        return file.read()
