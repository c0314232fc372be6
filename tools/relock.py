# /// script
# requires-python = ">=3.11"
# dependencies = ["packaging>=26.3", "truststore>=0.10.4", "urllib3>=2.8"]
# ///
"""Write src/elfin/own.lock: the wheels elfin itself runs on, by name and hash, the newest that pyproject.toml allows.

    ./elfin run tools/relock.py

None of these projects depends on another, which is checked. Accelerators are marked optional: where no wheel of theirs
fits, elfin goes without.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from elfin.edges.net import Client  # noqa: E402
from elfin.index.net import Index  # noqa: E402
from elfin.settings import disk, ladder  # noqa: E402

LOCK = ROOT / "src" / "elfin" / "own.lock"
PYTHONS = re.compile(r"-cp3(1[1-9]|2\d)-|-abi3-|-py3-")
PLATFORMS = re.compile(r"linux|any\.whl")


def rows(index: Index, requirement: str, optional: bool) -> list[str]:
    """The lock's lines for one requirement."""
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    listing = index.listing(wanted.name)
    assert listing is not None, f"{wanted.name} is not in the index"
    allowed = set(wanted.specifier.filter(listing.versions))
    position = max(number for number, version in enumerate(listing.versions) if version in allowed)
    ending = " optional" if optional else ""
    lines = [
        f"{wanted.name}=={listing.texts[position]} {file.filename} sha256:{file.hashes['sha256']}{ending}"
        for file in listing.files(position)
        if file.filename.endswith(".whl") and PYTHONS.search(file.filename) and PLATFORMS.search(file.filename)
    ]
    first = next(file for file in listing.files(position) if file.filename.endswith(".whl"))
    said = index.dependencies(first)
    required = said.requires if said is not None else ()
    assert not [one for one in required if "extra ==" not in one], f"{wanted.name} now depends on {required}"
    return sorted(lines)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    settings = ladder.settings({}, os.environ, disk.read_files(os.environ))
    index = Index(Client(), [settings.index_url.value])
    lines = [line for name in project["dependencies"] for line in rows(index, name, False)]
    for extra in project["optional-dependencies"].values():
        lines += [line for name in extra for line in rows(index, name, True)]
    body = "\n".join(lines) + "\n"
    LOCK.write_text(f"# lock {hashlib.sha256(body.encode()).hexdigest()[:12]}\n{body}")
    print(f"{LOCK}: {len(lines)} wheels")


if __name__ == "__main__":
    main()
