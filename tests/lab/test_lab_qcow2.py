"""A qcow2 image becomes the disk it stands for."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from lab.qcow2 import write_raw

CLUSTER = 1 << 16


def image(*, magic: bytes = b"QFI\xfb", backing: int = 0) -> io.BytesIO:
    """Four clusters: text, a hole, packed text, a hole. Header, L1, L2 and data in clusters of their own."""
    header = struct.pack(">4sIQIIQIIQ", magic, 2, backing, 0, 16, 4 * CLUSTER, 0, 1, CLUSTER)
    packer = zlib.compressobj(wbits=-12)
    packed = packer.compress(b"packed".ljust(CLUSTER, b".")) + packer.flush()
    sectors = (len(packed) - 1) // 512
    compressed = 1 << 62 | sectors << (62 - 8) | 4 * CLUSTER
    table = struct.pack(">4Q", 1 << 63 | 3 * CLUSTER, 0, compressed, 0)
    parts = (header, struct.pack(">Q", 2 * CLUSTER), table, b"text".ljust(CLUSTER, b"-"), packed)
    return io.BytesIO(b"".join(part.ljust(CLUSTER, b"\0") for part in parts))


def test_data_packed_data_and_holes_are_where_they_belong() -> None:
    raw = io.BytesIO()
    assert write_raw(image(), raw) == 4 * CLUSTER
    disk = raw.getvalue()
    assert disk[:5] == b"text-" and disk[CLUSTER : 2 * CLUSTER] == bytes(CLUSTER)
    assert disk[2 * CLUSTER :].startswith(b"packed..")


@pytest.mark.parametrize("wrong", [{"magic": b"QED\0"}, {"backing": 512}])
def test_other_images_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a plain qcow2"):
        write_raw(image(**wrong), io.BytesIO())  # type: ignore[arg-type]
