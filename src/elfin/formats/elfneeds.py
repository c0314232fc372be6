"""Everything an ELF file asks of the place that runs it: header, libraries, symbols, notes, stack, search paths.

Puts together `elf` (headers), `elfdynamic`, `elfsymbols`, `elfnotes`. Program headers only. Refuses, with MalformedElf,
whatever one of those refuses.
"""

from __future__ import annotations

from elfin.formats import elf, elfdynamic, elfnotes, elfsymbols
from elfin.formats.elf import ET_DYN, PF_X, Header, Source
from elfin.formats.elfdynamic import Dynamic
from elfin.formats.elfnotes import Notes
from elfin.formats.elfsymbols import Import, Symbols, Version
from elfin.record import NamedTuple

__all__ = ["ElfNeeds", "Import", "Notes", "Symbols", "Version", "read"]

_PT_GNU_STACK = 0x6474E551
_PYTHON_NAMES = (b"Py", b"_Py", b"_cffi_pypyinit_")


class ElfNeeds(NamedTuple):
    """One file."""

    header: Header
    needed: tuple[str, ...]
    """DT_NEEDED in order."""
    soname: str | None
    rpath: str | None
    runpath: str | None
    symbols: Symbols
    """`defined` holds the names of Python's C API and the entry points of Python modules only."""
    notes: Notes
    executable_stack: bool | None
    """None: the file does not say (no PT_GNU_STACK), and old kernels take that for yes."""
    text_relocations: bool
    position_independent_program: bool
    """DF_1_PIE: a program though its type is that of a library."""

    @property
    def static_program(self) -> bool:
        """A program without a loader and without libraries."""
        header = self.header
        if header.interpreter is not None or self.needed:
            return False
        return header.type != ET_DYN or self.position_independent_program or not header.dynamic


def read(source: Source) -> ElfNeeds:
    """What the file needs. Raises MalformedElf."""
    header = elf.read_header(source)
    dynamic = Dynamic(source, header)
    flags, flags_1 = dynamic.value(elfdynamic.DT_FLAGS) or 0, dynamic.value(elfdynamic.DT_FLAGS_1) or 0
    stacks = [bool(segment.flags & PF_X) for segment in header.segments if segment.type == _PT_GNU_STACK]
    return ElfNeeds(
        header,
        tuple(dynamic.name(value) for tag, value in dynamic.entries if tag == elfdynamic.DT_NEEDED),
        dynamic.named(elfdynamic.DT_SONAME),
        dynamic.named(elfdynamic.DT_RPATH),
        dynamic.named(elfdynamic.DT_RUNPATH),
        elfsymbols.read(dynamic, _PYTHON_NAMES),
        elfnotes.read(source, header),
        stacks[0] if stacks else None,
        dynamic.value(elfdynamic.DT_TEXTREL) is not None or bool(flags & elfdynamic.DF_TEXTREL),
        bool(flags_1 & elfdynamic.DF_1_PIE),
    )
