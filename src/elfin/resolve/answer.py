"""From decisions to the answer people and lock files read: pins, who required whom, and what to warn about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from elfin.resolve.model import Edge, Pin, Resolution, Unusable
from elfin.resolve.package import Package
from elfin.resolve.reader import Reader
from elfin.resolve.source import Dependencies


def resolution(
    reader: Reader,
    packages: Mapping[str, Package],
    metadata: Mapping[tuple[str, int], Dependencies | Unusable],
    decided: Mapping[str, int],
    extras_of: Callable[[str], tuple[str, ...]],
) -> Resolution:
    """Describe what was decided: `decided` has the bit of each project's version."""
    pins: list[Pin] = []
    edges = [Edge(None, None, ask.requirement.name, ask.requirement, ask.origin) for ask in reader.asks]
    warnings: list[str] = []
    for name in sorted(decided):
        index = decided[name].bit_length() - 2
        version = packages[name].listing.versions[index]
        extras = tuple(sorted(extras_of(name)))
        pins.append(Pin(name, version, index, extras, reader.urls.get(name)))
        found = metadata[name, index]
        if not isinstance(found, Dependencies):
            continue
        for extra in (None, *extras):
            for requirement in reader.requires(found, extra):
                edges.append(Edge(name, extra, requirement.name, requirement, f"{name} {version}"))  # noqa: PERF401
            if extra is not None and not reader.offers(found, extra):
                warnings.append(f"{name} {version} has no extra {extra}")
    return Resolution(tuple(pins), tuple(edges), tuple(warnings))
