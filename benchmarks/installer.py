"""How long `sh install.sh` takes to a running program, against fetching, hashing and unpacking by hand.

    python benchmarks/installer.py [--runs N] [--megabytes N ...]

Both fetch the same archive from a server on loopback with curl, hash it with sha256sum and unpack it with gzip and tar;
by hand the expected digest is compared and the program is put in place and started, as install.sh does. Runs alternate.
Printed: medians of wall and of processor time (of the shell and all it starts), and their ratio.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", part) for part in ("src", "tests")]

from kit.installerworld import World, serving  # noqa: E402

BY_HAND = """set -e
mkdir -p "$HOME/stage" "$HOME/bin"
curl -fsSL "$URL" >"$HOME/stage/archive"
[ "$(sha256sum <"$HOME/stage/archive")" = "$SHA256  -" ]
gzip -dc <"$HOME/stage/archive" | tar -xof - -C "$HOME/stage"
mv "$HOME/stage/hello-1.0/hello" "$HOME/bin/hello"
"$HOME/bin/hello" --version >/dev/null
rm -rf "$HOME/stage"
"""


def timed(command: list[str], variables: dict[str, str]) -> tuple[float, float]:
    """(wall, processor) seconds of a command and its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(megabytes: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(f"{folder}/w")
        # Half noise, half text, as programs are about: a comment behind the shell script that is the program.
        noise = random.Random(1)
        body = b"".join(
            noise.randbytes(512).replace(b"\n", b".") + b"program text " * 39 for _ in range(megabytes << 10)
        )
        artifact = world.add(programs={"hello": b"#!/bin/sh\necho hello 1.0\nexit 0\n" + body})
        script = world.script()
        with open(f"{folder}/by-hand.sh", "w") as file:
            file.write(BY_HAND)
        with serving(world.files) as server:
            variables = {"PATH": os.environ["PATH"], "HOME": world.home, "HELLO_BASE_URL": server.url,
                         "URL": f"{server.url}/{artifact.name}", "SHA256": artifact.sha256}  # fmt: skip
            kinds = {"by hand": ["sh", f"{folder}/by-hand.sh"], "install.sh": ["sh", script, "--no-modify-path"]}
            found: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
            for _ in range(runs):
                for name, command in kinds.items():
                    found[name].append(timed(command, variables))
        print(f"archive of {artifact.size / 1e6:.1f} MB, {runs} runs each")
        medians = {
            name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in found.items()
        }
        for name, (wall, processor) in medians.items():
            print(f"  {name:<10}  {wall * 1000:6.0f} ms wall  {processor * 1000:6.0f} ms processor")
        ratios = [ours / hand for ours, hand in zip(medians["install.sh"], medians["by hand"], strict=True)]
        print(f"  ratio       {ratios[0]:6.2f}          {ratios[1]:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[1, 10, 40])
    options = parser.parse_args()
    for megabytes in options.megabytes:
        compare(megabytes, options.runs)


if __name__ == "__main__":
    main()
