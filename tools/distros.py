"""Makes src/elfin/host/distros_glibc.py from the libc levels that the pep600_compliance project publishes (MIT).

Usage: elfin run tools/distros.py DISTRO-LIBC.JSON. The table has one object for each distribution, release and
architecture; the module keeps what a place by name needs: distribution, release, glibc and architectures.
"""

from __future__ import annotations

import json
import os
import sys

HEAD = '''"""glibc of distributions' releases: data, made by tools/distros.py; what it lacks is in `host.distros`.

Source: the pep600_compliance project (MIT), which installs each image and asks it. One row a release:
distribution, release, glibc, architectures. Refuses nothing: `host.named_distro` reads the rows.
"""

from __future__ import annotations

ROWS = """\\
'''
SKIPPED = {"manylinux"}  # images for building wheels: their names are platform tags


def main() -> None:
    """Write the module beside the others of its room."""
    with open(sys.argv[1], encoding="utf-8") as file:
        table = json.load(file)
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in table:
        if row["distro"] not in SKIPPED and row["libc"] == "glibc":
            found.setdefault((row["distro"], row["release"], row["version"]), []).append(row["arch"])
    lines = [" ".join((*key, ",".join(sorted(arches)))) for key, arches in sorted(found.items(), key=_order)]
    target = os.path.join(
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src/elfin/host/distros_glibc.py"
    )
    with open(target, "w", encoding="utf-8") as file:
        file.write(HEAD + "\n".join(lines) + '\n"""\n')


def _order(item: tuple[tuple[str, str, str], list[str]]) -> tuple[str, bool, tuple[int, ...], str]:
    distro, release, _ = item[0]
    numbers = tuple(int(part) for part in release.split(".") if part.isdigit())
    return distro, not numbers, numbers, release


if __name__ == "__main__":
    main()
