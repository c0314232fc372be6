"""A QEMU copy-on-write image (qcow2, versions 2 and 3) written out as a raw disk: enough to look into a distro's image.

Source: QEMU's docs/interop/qcow2. Refuses backing files, encryption and external data files.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

_COMPRESSED = 1 << 62
_OFFSET = 0x00FFFFFFFFFFFE00
_ZERO = 1


def write_raw(image: BinaryIO, raw: BinaryIO) -> int:
    """Write every allocated cluster of `image` at its guest offset in `raw` (sparse elsewhere); the size in bytes."""
    header = image.read(105)
    magic, version, backing, _, cluster_bits, size, crypt, l1_size, l1_offset = struct.unpack(
        ">4sIQIIQIIQ", header[:48]
    )
    if magic != b"QFI\xfb" or version not in (2, 3) or backing or crypt:
        raise ValueError("not a plain qcow2 image")
    compression = header[104:105] if version == 3 and header[100:104] > b"\0\0\0\x68" else b""
    if compression not in (b"", b"\0"):
        raise ValueError("zstd clusters")
    cluster = 1 << cluster_bits
    image.seek(l1_offset)
    l1 = struct.unpack(f">{l1_size}Q", image.read(8 * l1_size))
    per_table = cluster // 8
    for table_number, l1_entry in enumerate(l1):
        if not l1_entry & _OFFSET:
            continue
        image.seek(l1_entry & _OFFSET)
        for index, entry in enumerate(struct.unpack(f">{per_table}Q", image.read(cluster))):
            data = _cluster(image, entry, cluster_bits)
            if data is not None:
                raw.seek((table_number * per_table + index) * cluster)
                raw.write(data)
    raw.truncate(size)
    return int(size)


def _cluster(image: BinaryIO, entry: int, cluster_bits: int) -> bytes | None:
    """The bytes of one L2 entry, None for a hole."""
    cluster = 1 << cluster_bits
    if entry & _COMPRESSED:
        sector_bits = cluster_bits - 8
        offset_bits = 62 - sector_bits
        offset = entry & ((1 << offset_bits) - 1)
        sectors = (entry >> offset_bits & ((1 << sector_bits) - 1)) + 1
        image.seek(offset)
        packed = image.read(sectors * 512 - offset % 512)
        return zlib.decompressobj(-12).decompress(packed, cluster)
    if not entry & _OFFSET or entry & _ZERO:
        return None
    image.seek(entry & _OFFSET)
    return image.read(cluster)
