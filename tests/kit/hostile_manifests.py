"""500 texts of release.json that try to get something executed, overwritten or forged by the scripts made of them.

Deterministic. Each is a good manifest with one text replaced. Whoever tests a script runs it in an empty folder of its
own: a file whose name begins with `canary` in it, or any change outside of the staged folders, means that it was not
harmless. Many are refused by `manifest.loads` already; the rest has to be rendered harmless.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from elfin.errors import MalformedRelease
from elfin.installers import manifest
from elfin.installers.model import Release

_RUN = "touch canary"
PAYLOADS: tuple[str, ...] = (
    f"'; {_RUN}; '",
    f'"; {_RUN}; "',
    f"`{_RUN}`",
    f"$({_RUN})",
    "$(touch${IFS}canary)",
    f"x\n{_RUN}\n",
    f"x\r\n{_RUN}\r\n",
    f"x; {_RUN}",
    f"x && {_RUN} &",
    f"x | {_RUN} || {_RUN}",
    "x > canary",
    "-rf",
    "--help",
    "../../canary",
    "/etc/canary",
    "..",
    "x\\",
    "x'\"$HOME",
    "\u202egnp.canary",
    "\uff43\uff41\uff4e\uff41\uff52\uff59",
    "x\x00y",
    "x\x1b]0;canary\x07",
    "*",
    "~root/x",
    f"x)}} ;; esac; {_RUN}; {{ : (",
    f"EOF\n{_RUN}\nEOF",
    f"{_RUN} #",
    "%s%n%x",
    f"@'\n'@; New-Item canary; $({_RUN})",
    "a" * 300,
)
Place = Callable[[dict[str, Any], str], None]


def _artifact(key: str) -> Place:
    def put(release: dict[str, Any], text: str) -> None:
        release["artifacts"][0][key] = text

    return put


def _top(key: str) -> Place:
    def put(release: dict[str, Any], text: str) -> None:
        release[key] = text

    return put


def _listed(key: str, before: str = "", behind: str = "") -> Place:
    def put(release: dict[str, Any], text: str) -> None:
        release[key] = [before + text + behind]

    return put


def _of_artifact(key: str, before: str = "") -> Place:
    def put(release: dict[str, Any], text: str) -> None:
        release["artifacts"][0][key] = [before + text]

    return put


def _program(key: str, before: str = "") -> Place:
    def put(release: dict[str, Any], text: str) -> None:
        release["artifacts"][0]["programs"][0][key] = before + text

    return put


def _link(release: dict[str, Any], text: str) -> None:
    release["layout"] = {"kind": "tree", "links": [f"bin/{text}"]}


def _need(release: dict[str, Any], text: str) -> None:
    release["artifacts"][0]["needs"][0]["libc_floor"] = text


PLACES: dict[str, Place] = {
    "app": _top("app"),
    "version": _top("version"),
    "homepage": lambda release, text: release.update(homepage=f"https://example.org/{text}"),
    "base URL": _listed("base_urls", "https://example.org/"),
    "base URL's host": _listed("base_urls", "https://", "/x"),
    "folder as base URL": _listed("base_urls", "/srv/"),
    "probe": _listed("probe"),
    "folder for programs": _listed("install_dirs", "$HOME/"),
    "artifact's name": _artifact("name"),
    "target": _artifact("target"),
    "format": _artifact("format"),
    "sha256": _artifact("sha256"),
    "top": _artifact("top"),
    "loader": _artifact("loader"),
    "library": _of_artifact("libraries"),
    "witness": _of_artifact("witnesses"),
    "program's name": _program("name"),
    "program's member": _program("member", "hello-1.0/"),
    "link": _link,
    "floor": _need,
}


def good() -> dict[str, Any]:
    """The manifest that nothing is wrong with; its one file may be put beside the script as `hello.tar.gz`."""
    return {
        "schema": 1,
        "app": "hello",
        "version": "1.0",
        "base_urls": ["https://example.org/hello"],
        "layout": {"kind": "programs", "links": []},
        "probe": ["--version"],
        "install_dirs": ["$HOME/.local/bin"],
        "homepage": "https://example.org/",
        "artifacts": [
            {
                "name": "hello.tar.gz", "target": "x86_64-unknown-linux-gnu", "format": "tar.gz", "size": 1000,
                "sha256": "0" * 64, "top": "hello-1.0", "programs": [{"name": "hello", "member": "hello-1.0/hello"}],
                "needs": [{"os": "linux", "arch": "x86_64", "float_abi": None, "libc": "glibc", "libc_floor": "2.17",
                           "cpu_level": None, "os_floor": None}],
                "loader": "/lib64/ld-linux-x86-64.so.2", "libraries": [], "witnesses": ["hello: x@GLIBC_2.17"],
                "measured": True, "stated": None,
            }
        ],
    }  # fmt: skip


def manifests(count: int = 500) -> Iterator[tuple[str, str]]:
    """(what is hostile in it, text of release.json), `count` of them: every place with every payload in turn."""
    made = 0
    for payload_number, payload in enumerate(PAYLOADS):
        for place, put in PLACES.items():
            if made == count:
                return
            release = good()
            put(release, payload)
            made += 1
            yield f"{place}, payload {payload_number}", json.dumps(release)


def releases(count: int = 500) -> Iterator[tuple[str, Release]]:
    """The same as values that no grammar has been held against, as far as they are of the right shape.

    For a script's own quoting: it must not trust that somebody has checked before.
    """
    for name, text in manifests(count):
        try:
            yield name, manifest._release(json.loads(text))
        except MalformedRelease:
            continue
