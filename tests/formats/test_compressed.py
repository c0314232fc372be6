"""formats.compressed: any place of a stream, without keeping the stream."""

from __future__ import annotations

import gzip
import importlib
import random
import tracemalloc
from collections.abc import Callable

import pytest

from elfin.errors import MalformedArchive, PlaceError
from elfin.formats import compressed
from kit.images import zstd

CHANCE = random.Random(3)
DATA = b"".join(bytes([CHANCE.randrange(256)]) * CHANCE.randrange(1, 400) for _ in range(15000))
HALF = len(DATA) // 2


def source(data: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, size: data[offset : offset + size]


@pytest.fixture(params=["gzip", "zstd"])
def compress(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    return gzip.compress if request.param == "gzip" else zstd()


def test_any_place_is_read_as_if_nothing_were_compressed(compress: Callable[[bytes], bytes]) -> None:
    packed = compress(DATA[:HALF]) + compress(DATA[HALF:])  # members and frames stand one behind another
    read = compressed.plain(source(packed))
    for _ in range(60):
        offset, size = CHANCE.randrange(len(DATA) + 5000), CHANCE.randrange(700_000)
        assert read(offset, size) == DATA[offset : offset + size]
    assert read(len(DATA), 10) == read(1 << 40, 10) == b"" and read(0, 0) == b""
    assert read(0, 1 << 40) == DATA


def test_going_back_does_not_begin_anew() -> None:
    packed = gzip.compress(random.Random(1).randbytes(12 << 20), 1)
    taken = 0

    def counted(offset: int, size: int) -> bytes:
        nonlocal taken
        taken += size
        return packed[offset : offset + size]

    read = compressed.Unpacked(lambda: compressed._Gzip(counted))
    read(12 << 20, 1)
    before = taken
    for window in range(64):
        read(window * compressed.WINDOW, 1)  # whatever was kept is pushed out
    read((11 << 20) + 5, 1)
    assert taken - before < 64 * (5 << 20) and before >= 12 << 20
    before = taken
    read(9 << 20, 1)
    assert taken - before <= 5 << 20


def test_a_stream_of_size_n_is_never_held() -> None:
    packed = gzip.compress(bytes(300 << 20), 1)
    tracemalloc.start()
    read = compressed.plain(source(packed))
    assert read((300 << 20) - 1, 5) == b"\0"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20


def test_a_broken_stream_is_refused(compress: Callable[[bytes], bytes]) -> None:
    packed = compress(DATA)
    for cut in (len(packed) - 1, len(packed) // 2, 20):
        with pytest.raises(MalformedArchive, match="cut off"):
            compressed.plain(source(packed[:cut]))(0, 1 << 40)
    broken = bytearray(packed)
    broken[len(packed) // 2 : len(packed) // 2 + 40] = b"\xaa" * 40
    with pytest.raises(MalformedArchive):
        compressed.plain(source(bytes(broken)))(0, 1 << 40)


def test_padding_is_the_end_and_rubbish_is_not() -> None:
    packed = gzip.compress(b"x" * 10)
    assert compressed.plain(source(packed + bytes(2000)))(0, 100) == b"x" * 10
    with pytest.raises(MalformedArchive):
        compressed.plain(source(packed + b"rubbish"))(0, 100)


def test_absurd_ratios_and_other_compressions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_ALWAYS_ALLOWED", 1 << 20)
    with pytest.raises(MalformedArchive, match="absurdly"):
        compressed.plain(source(gzip.compress(bytes(8 << 20))))(7 << 20, 1)
    for head, name in ((b"BZh91AY", "bzip2"), (b"\xfd7zXZ\0\0", "xz")):
        with pytest.raises(MalformedArchive, match=name):
            compressed.plain(source(head))
    assert compressed.plain(source(b"plain"))(0, 10) == b"plain"


def test_without_a_zstd_module_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(PlaceError, match="zstd"):
        compressed.plain(source(b"\x28\xb5\x2f\xfd" + bytes(20)))
