"""The manifest of a stored wheel: what was unpacked, as one text that is read in microseconds a file.

Our own format: lines in columns rather than rows, so that reading is a few `split` calls. Members' names have no
control characters (`formats.membername` refuses them), so a newline separates. The last line is a checksum of all
before it. Refuses (by returning None) any text that is not exactly what `render` makes: such an entry is not to be
used.
"""

from __future__ import annotations

from zlib import crc32

from elfin.wheels.model import StoredFile, StoredWheel

_FORMAT = "elfin wheel 1"


def render(wheel: StoredWheel) -> bytes:
    """The text that describes `wheel`, without its folder (the store may be moved)."""
    head = "\t".join(
        (_FORMAT, wheel.digest, wheel.name, wheel.version, wheel.dist_info, str(int(wheel.root_is_purelib)))
    )
    lines = [head, _pairs(wheel.console_scripts), _pairs(wheel.gui_scripts)]
    columns = zip(*wheel.files, strict=True) if wheel.files else ((), (), (), ())
    paths, digests, sizes, executable = columns
    lines.append(str(len(wheel.files)))
    lines += paths
    lines += digests
    lines += [str(size) for size in sizes]
    lines.append("".join("x" if flag else "-" for flag in executable))
    body = ("\n".join(lines) + "\n").encode()
    return body + b"%08x\n" % crc32(body)


def parse(data: bytes, folder: str) -> StoredWheel | None:
    """The wheel whose members lie in `folder`; None if the text is damaged or of another format."""
    body, check = data[:-9], data[-9:]
    if check != b"%08x\n" % crc32(body):
        return None
    lines = body.decode().split("\n")
    head = lines[0].split("\t")
    if len(head) != 6 or head[0] != _FORMAT:
        return None
    _, digest, name, version, dist_info, purelib = head
    count = int(lines[3])
    paths, digests = lines[4 : 4 + count], lines[4 + count : 4 + 2 * count]
    sizes = map(int, lines[4 + 2 * count : 4 + 3 * count])
    executable = map("x".__eq__, lines[4 + 3 * count])
    files = tuple(map(StoredFile._make, zip(paths, digests, sizes, executable, strict=True)))
    return StoredWheel(
        folder, digest, name, version, dist_info, purelib == "1", files, _unpaired(lines[1]), _unpaired(lines[2])
    )


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return "\t".join(f"{name}={value}" for name, value in pairs)


def _unpaired(line: str) -> tuple[tuple[str, str], ...]:
    if not line:
        return ()
    pairs = (pair.split("=", 1) for pair in line.split("\t"))
    return tuple((name, value) for name, value in pairs)
