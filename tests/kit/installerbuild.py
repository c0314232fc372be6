"""`elfin installer build` and `check` as tests call them: on `dist`, into `out`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.commandline import Answer, Commandline


def dist(elfin: Commandline) -> Path:
    return elfin.work / "dist"


def build(elfin: Commandline, *more: str | Path) -> Answer:
    return elfin("installer", "build", "dist", "-o", "out", "--version", "1.0", "--base-url", "https://x.org/d", *more)


def made(elfin: Commandline, *more: str | Path) -> dict[str, Any]:
    """release.json of a build that has to go well."""
    answer = build(elfin, *more)
    assert answer.code == 0, answer.said
    found: dict[str, Any] = json.loads((elfin.work / "out" / "release.json").read_text())
    return found


def artifact(release: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in release["artifacts"] if one["name"] == name)
    return found


def gets(elfin: Commandline, *places: str) -> list[str | None]:
    """What `check` says that each place gets."""
    options = [word for place in places for word in ("--platform", place)]
    answer = elfin("installer", "check", "out", "--json", *options)
    return [one["gets"] for one in json.loads(answer.out)["places"]]
