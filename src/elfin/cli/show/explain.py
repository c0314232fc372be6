"""`elfin explain` as text for people who know no PEP, and as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfin.cli.show import aim
from elfin.edges.terminal import safe
from elfin.flows.explain import Answer, Explained, Judged
from elfin.record import TYPE_CHECKING
from elfin.tags import explain

if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1
_WIDTH = 96
_FAR = ("os", "arch", "implementation", "static interpreter")
"""What a wheel may miss on so far that it is no near miss, and not worth naming."""
_FAMILIES = ("libc version", "libc family")


def report(found: Explained, *, every: bool, words: bool) -> str:
    """The answers, a block for each place. `every`: a line for each wheel; `words`: say what the words mean."""
    lines = [safe(_title(found))]
    lines += [f"  {safe(note)}" for note in found.notes]
    for answer in found.answers:
        lines += ["", *map(safe, _place(answer))]
        lines += [safe(f"  {line}".rstrip()) for line in _body(found, answer, every=every)]
    meanings = list(_meanings(found)) if words else []
    if meanings:
        lines += ["", "What the words mean:", *(line for text in meanings for line in _wrapped(text, "  "))]
    return "\n".join(lines)


def _title(found: Explained) -> str:
    if found.single:
        return found.wheels[0]
    there = []
    if found.wheels:
        there.append(f"{len(found.wheels)} wheel{_s(found.wheels)} (ready to install)")
    if found.sources:
        there.append("its source (to be built first)")
    return f"{found.project} {found.version} comes as {' and '.join(there) or 'nothing that can be installed'}"


def _place(answer: Answer) -> Iterator[str]:
    aim = answer.aim
    whose = "" if aim.place.interpreter is aim.target.interpreter else f"; {explain.python(aim.target.interpreter)}"
    named = f"{answer.platform}: " if answer.platform else "here: "
    yield f"{named}{aim.place.understood}{whose}"
    for note in aim.notes:
        yield f"    {note}"


def _body(found: Explained, answer: Answer, *, every: bool) -> Iterator[str]:
    if found.single:
        yield from _single((*answer.fitting, *answer.others)[0])
    elif not found.wheels:
        yield "It has no wheel at all." if not found.sources else "It has no wheel at all, only its source."
    elif answer.fitting:
        yield from _fitting(answer)
    elif answer.others:
        yield from _nothing(answer)
    else:
        yield "None of its wheels has a name that can be read."
    if not found.single:
        yield from _listed(answer) if every else _groups(found, answer)
    yield from _helps(found, answer)


def _single(one: Judged) -> Iterator[str]:
    verdict = {True: "It fits", False: "It does not fit", None: "Whether it fits cannot be told"}[one.fits]
    yield from _wrapped(f"{verdict}: it {reason(one)}." if one.misses else f"{verdict}.", "")


def _fitting(answer: Answer) -> Iterator[str]:
    best = answer.fitting[0]
    yield f"This wheel fits: {best.filename}"
    if best.yanked is not None:
        yield f"  It was withdrawn (yanked){f': {best.yanked}' if best.yanked else ''}."
    if ".linux_" in f".{best.filename.rpartition('-')[2]}":
        yield "  Its name says only linux, which leaves open the C library that it was built for."
    if len(answer.fitting) > 1:
        more = len(answer.fitting) - 1
        yield f"{more} more would do as well, but {'is' if more == 1 else 'are'} less specific."


def _nothing(answer: Answer) -> Iterator[str]:
    nearest = answer.others[0]
    if not _near(nearest):
        every = [one.misses[0] for one in answer.others]
        yield f"No wheel fits: {explain.nearest(every)}."
        return
    verdict = "Whether a wheel fits cannot be told" if answer.fits is None else "No wheel fits"
    yield f"{verdict}. The nearest one is"
    yield f"  {nearest.filename}"
    yield from _wrapped(f"It {reason(nearest)}.", "  ")


def _near(one: Judged) -> bool:
    """Whether it is worth naming."""
    return one.fits is None or one.misses[0].axis not in _FAR


def reason(one: Judged) -> str:
    """All that a wheel misses on, the subject being the wheel."""
    texts = [explain.sentence(miss) for miss in one.misses]
    if one.evidence and not one.evidence.startswith("the name "):
        texts[0] += f" ({one.evidence})"
    return "; and it ".join(texts)


def _groups(found: Explained, answer: Answer) -> Iterator[str]:
    """The wheels that do not fit, collapsed by what they miss on most."""
    others = answer.others
    told = not answer.fitting and others and _near(others[0])
    rest = others[1:] if told else others
    if not rest or (not told and not answer.fitting and len({one.misses[0].axis for one in rest}) == 1):
        return  # all has been said
    groups: dict[tuple[str, bool], list[Judged]] = {}
    for one in rest:
        groups.setdefault((one.misses[0].axis, one.misses[0].doubt), []).append(one)
    if len(rest) == len(found.wheels):
        yield "All of them:"
    else:
        yield "The other:" if len(rest) == 1 else f"The other {len(rest)}:"
    width = len(str(max(map(len, groups.values()))))
    for group in groups.values():
        misses = [one.misses[0] for one in group]
        text = explain.sentence(misses[0]) if len(group) == 1 else explain.several(misses)
        yield from _wrapped(text, f"  {len(group):{width}} ")


def _listed(answer: Answer) -> Iterator[str]:
    for one in answer.fitting:
        yield f"  {one.filename}"
        yield f"      fits{', but was withdrawn (yanked)' if one.yanked is not None else ''}"
    for one in answer.others:
        yield f"  {one.filename}"
        yield from _wrapped(reason(one), "      ")


def _helps(found: Explained, answer: Answer) -> Iterator[str]:
    if answer.fitting:
        return
    lines = list(_remedies(found, answer))
    if not lines:
        if not found.single and answer.fits is False:
            yield f"No release of {found.project} has a wheel for this place, with any Python that was tried."
        return
    yield "What would help:"
    for line in lines:
        yield from _wrapped(line, "  - ")


def _remedies(found: Explained, answer: Answer) -> Iterator[str]:
    helped = answer.help
    if helped.pythons:
        static = "a dynamically linked " if answer.aim.target.interpreter.static else ""
        pythons = explain.joined(helped.pythons, "or")
        yield f"another Python in the same place: there is a wheel for {static}{pythons}"
    releases = [one for one in (helped.release, helped.older) if one]
    if releases:
        verb = "has a wheel that fits" if len(releases) == 1 else "have wheels that fit"
        yield f"another release: {found.project} {explain.joined(releases)} {verb}"
    if helped.both:
        release, python = helped.both
        yield f"another release and another Python: {found.project} {release} has a wheel for {python} here"
    if helped.systems:
        axis, needs = next(miss[:2] for miss in answer.others[0].misses if miss.axis in _FAMILIES)
        kind = "a newer system" if axis == "libc version" else f"a system with {needs.split()[0]} instead"
        there = f"{needs} or newer is in {explain.joined(helped.systems)}, and in what came later"
        if helped.their_pythons:
            kind += " and another Python"
            there += f"; there is a wheel for {explain.joined(helped.their_pythons, 'or')} there"
        yield f"{kind}: {there}"
    if helped.source:
        python = f"Python {helped.source_python} and " if helped.source_python else ""
        yield f"building the source, {helped.source}, with {python}a compiler (elfin cannot do that yet, pip can)"
    if answer.fits is None:
        yield "saying what the place is by a name: `--platform` takes debian:12, or manylinux_2_28_x86_64"


def _meanings(found: Explained) -> Iterator[str]:
    """A sentence for each word that was used and may be new."""
    axes = {one.misses[0].axis for answer in found.answers for one in answer.others}
    names = " ".join(found.wheels)
    if "linux" in {answer.aim.target.interpreter.os for answer in found.answers} and axes & set(_FAMILIES):
        yield (
            "glibc and musl are the C libraries of Linux systems: Alpine has musl, nearly all the others have glibc. "
            "A wheel with compiled code works with the one it was built for, from a certain version on. In its name "
            "manylinux_2_28 says glibc 2.28 or newer (manylinux2014: 2.17), and musllinux_1_2 musl 1.2 or newer."
        )
    if "arch" in axes:
        yield (
            "x86_64 (amd64) and aarch64 (arm64) are kinds of processor, of most PCs and of ARM machines; i686 and "
            "armv7l are their 32-bit forms. Compiled code is for one kind."
        )
    if axes & {"python", "free-threading"} and "-cp" in names:
        threads = "; cp314t says 3.14 without the GIL (free-threaded)" if "t-" in names else ""
        stable = "; abi3 says that one or any newer" if "-abi3-" in names else ""
        yield f"cp314 in a wheel's name says CPython 3.14, the usual Python, and no other version{stable}{threads}."


def _wrapped(text: str, indent: str) -> list[str]:
    """`text` in lines of about `_WIDTH`, the first behind `indent`, the rest behind blanks."""
    lines, line = [], indent
    blank = True
    for word in text.split(" "):
        if not blank and len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line, blank = " " * len(indent), True
        line += word if blank else f" {word}"
        blank = False
    return [*lines, line]


def _s(things: Sequence[object]) -> str:
    return "" if len(things) == 1 else "s"


def as_json(found: Explained) -> dict[str, Any]:
    """The same for programs; lists are in the order of the text, what is not known is null."""
    return {
        "schema": SCHEMA,
        "project": found.project,
        "version": found.version,
        "wheel": found.wheels[0] if found.single else None,
        "wheels": list(found.wheels),
        "sources": list(found.sources),
        "notes": list(found.notes),
        "places": [_answer(answer) for answer in found.answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    helped = answer.help
    return {
        **aim.as_json(answer.platform, answer.aim),
        "fits": answer.fits,
        "best": answer.fitting[0].filename if answer.fitting else None,
        "wheels": [_judged(one) for one in (*answer.fitting, *answer.others)],
        "help": {
            "release_and_python": list(helped.both) if helped.both else None,
            "releases": [one for one in (helped.release, helped.older) if one],
            "pythons": list(helped.pythons),
            "systems": list(helped.systems),
            "systems_pythons": list(helped.their_pythons),
            "source": helped.source,
            "source_python": helped.source_python,
        },
    }


def _judged(one: Judged) -> dict[str, Any]:
    return {
        "filename": one.filename,
        "fits": one.fits,
        "rank": one.rank,
        "distance": one.distance,
        "reason": reason(one) if one.misses else None,
        "misses": [{"axis": miss.axis, "needs": miss.needs, "has": miss.has} for miss in one.misses],
        "evidence": one.evidence or None,
        "yanked": one.yanked,
    }
