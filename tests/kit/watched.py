"""elfin's command line in a child whose audit hook reports every start of a program and every change of a disk."""

from __future__ import annotations

import os
import subprocess
import sys

import packaging

SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "src")
_SCRIPT = """
import sys
FORBIDDEN = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.",
             "ctypes.dlopen", "os.remove", "os.rename", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
             "shutil.", "socket.connect", "os.putenv")
STARTS = FORBIDDEN[:1] + ("os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.")
root, writing = sys.argv[1], sys.argv[4] == "writing"
seen = []
def hook(event, arguments):
    if event.startswith(STARTS if writing else FORBIDDEN):
        seen.append((event, repr(arguments)[:200]))
    elif event == "ctypes.dlopen" and str(arguments[0]).startswith(root):
        seen.append((event, repr(arguments)[:200]))
    elif writing and event == "open":
        return
    elif event == "open" and (set("wax+") & set(str(arguments[1] or "")) or (arguments[2] or 0) & 0o103):
        seen.append((event, repr(arguments)[:200]))
    elif event == "import" and arguments[1] and str(arguments[1]).startswith(root):
        seen.append((event, repr(arguments)[:200]))
sys.path[:0] = [sys.argv[2], sys.argv[3]]
sys.addaudithook(hook)
from elfin.cli.entry import main
code = main(sys.argv[5:])
for event, arguments in seen:
    print(event, arguments, file=sys.stderr)
sys.exit(70 if seen else code)
"""


def run(root: str, *arguments: str, cache: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command's output; status 70 and what was done on stderr when anything was started or changed.

    `cache`: the command may write, and has its cache there; still no program may be started.
    """
    packages = os.path.dirname(os.path.dirname(os.path.abspath(packaging.__file__)))
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nowhere",
        "LANG": "C.UTF-8",
        "ELFIN_CACHE_DIR": cache or os.path.join(root, "no-cache"),
    }
    manner = "writing" if cache else ""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", _SCRIPT, root, SOURCE, packages, manner, *arguments],
        capture_output=True, text=True, check=False, env=environment, timeout=120,
    )  # fmt: skip
