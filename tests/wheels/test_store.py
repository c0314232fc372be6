from __future__ import annotations

import os
import random
import stat
import sys
import threading
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elfin.errors import HashMismatch, MalformedWheel, PlaceError, UnsafeArchive
from elfin.wheels import disk_store, manifest
from elfin.wheels.model import StoredFile, StoredWheel
from kit.faults import Killed, fault
from kit.hostilewheels import FILENAME, HOSTILE
from kit.wheelsmith import Member, archive, members, wheel


def put(folder, data, name=FILENAME):
    path = f"{folder}/{name}"
    with open(path, "wb") as stream:
        stream.write(data)
    return path


def add(folder, data, name=FILENAME, digest=None, **options):
    return disk_store.add(f"{folder}/store", put(folder, data, name), name, digest, **options)


def entries(folder):
    store = f"{folder}/store"
    return sorted(os.listdir(store)) if os.path.isdir(store) else []


@pytest.mark.parametrize("accelerated", [True, False])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_wheel_is_unpacked_verified_and_read_only(tmp_path, monkeypatch, accelerated, threads):
    if not accelerated:
        monkeypatch.setitem(sys.modules, "isal", None)
    files = {
        "spam/__init__.py": "",
        "spam/deep/er/big.bin": random.Random(1).randbytes(5_000_000),
        "DATA/scripts/run": "x",
    }
    data = wheel("spam", "1.0", files, executable=["spam/__init__.py"], entry_points="[console_scripts]\na=b:c\n")
    stored = add(tmp_path, data, threads=threads)
    assert stored.digest == sha256(data).hexdigest()
    assert (stored.name, stored.version, stored.dist_info) == ("spam", "1.0", "spam-1.0.dist-info")
    assert stored.console_scripts == (("a", "b:c"),)
    assert disk_store.verify(stored) == ()
    modes = {file.path: stat.S_IMODE(os.stat(f"{stored.folder}/{file.path}").st_mode) for file in stored.files}
    assert modes["spam/__init__.py"] == modes["spam-1.0.data/scripts/run"] == 0o555
    assert modes["spam/deep/er/big.bin"] == 0o444
    with open(f"{stored.folder}/spam/deep/er/big.bin", "rb") as stream:
        assert stream.read() == files["spam/deep/er/big.bin"]
    assert disk_store.get(f"{tmp_path}/store", stored.digest) == stored
    assert entries(tmp_path) == [stored.digest]


def test_what_is_not_there_is_none(tmp_path):
    assert disk_store.get(f"{tmp_path}/store", "0" * 64) is None


def test_another_hash_than_promised_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(HashMismatch, match="not 0000"):
        add(tmp_path, wheel(), digest="0" * 64)
    assert entries(tmp_path) == []


def test_a_known_digest_needs_no_archive(tmp_path):
    stored = add(tmp_path, wheel())
    assert disk_store.add(f"{tmp_path}/store", f"{tmp_path}/missing.whl", FILENAME, stored.digest) == stored
    with pytest.raises(PlaceError, match="no such file"):
        disk_store.add(f"{tmp_path}/store", f"{tmp_path}/missing.whl", FILENAME, None)


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_wheels_leave_nothing_anywhere(tmp_path, title):
    with pytest.raises((MalformedWheel, UnsafeArchive)):
        add(tmp_path, HOSTILE[title](), settled=False)
    assert entries(tmp_path) == []
    assert sorted(os.listdir(tmp_path)) in ([FILENAME], [FILENAME, "store"])


def test_members_that_are_damaged_far_in_are_refused_in_every_thread(tmp_path):
    parts = [Member(f"spam/{number}", random.Random(number).randbytes(700_000)) for number in range(12)]
    parts[7] = parts[7]._replace(central={"crc": 1}, local={"crc": 1})
    with pytest.raises(MalformedWheel, match="checksum"):
        add(tmp_path, archive([*parts, *members()]), threads=3)
    assert entries(tmp_path) == []


def test_oddities_are_told_once_each(tmp_path):
    told = []
    add(tmp_path, wheel(record="ghost.py,,\n"), on_warning=told.append)
    assert len(told) == 4
    assert all(line.startswith(f"{FILENAME}: RECORD") for line in told)


def test_many_adders_of_one_wheel_all_get_it(tmp_path):
    path = put(tmp_path, wheel(files={f"spam/{number}.py": "x" * 50 for number in range(50)}))
    results = []

    def work():
        results.append(disk_store.add(f"{tmp_path}/store", path, FILENAME, None, settled=False))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6 and len(set(results)) == 1
    assert entries(tmp_path) == [results[0].digest]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "remove", "other"])
def test_a_damaged_manifest_is_never_served(tmp_path, damage):
    stored = add(tmp_path, wheel())
    path = f"{tmp_path}/store/{stored.digest}/manifest"
    with open(path, "rb") as stream:
        text = stream.read()
    with open(path, "wb") as stream:
        stream.write({"cut": text[:-30], "flip": text.replace(b"spam", b"spAm", 1), "empty": b""}.get(damage, text))
    if damage == "remove":
        os.unlink(path)
    if damage == "other":
        os.rename(f"{tmp_path}/store/{stored.digest}", f"{tmp_path}/store/{'0' * 64}")
        assert disk_store.get(f"{tmp_path}/store", "0" * 64) is None
    assert disk_store.get(f"{tmp_path}/store", stored.digest) is None
    assert add(tmp_path, wheel()) == stored
    assert disk_store.verify(stored) == ()


def test_verify_finds_each_kind_of_damage(tmp_path):
    stored = add(tmp_path, wheel(files={"spam/a": "aaaa", "spam/b": "bbbb", "spam/c": "cccc", "spam/d": "dddd"}))
    for name, text in (("a", "aaaX"), ("b", "b")):
        os.chmod(f"{stored.folder}/spam/{name}", 0o644)
        with open(f"{stored.folder}/spam/{name}", "w", encoding="utf-8") as stream:
            stream.write(text)
    os.unlink(f"{stored.folder}/spam/c")
    assert disk_store.verify(stored) == (
        "'spam/a' has another content", "'spam/b' has 1 bytes, not 4", "'spam/c' is missing",
    )  # fmt: skip
    assert len(disk_store.verify(stored, content=False)) == 2
    disk_store.quarantine(f"{tmp_path}/store", stored.digest)
    disk_store.quarantine(f"{tmp_path}/store", stored.digest)
    assert disk_store.get(f"{tmp_path}/store", stored.digest) is None


def test_entries_that_were_not_flushed_are_trusted_in_this_boot_only(tmp_path, monkeypatch):
    stored = add(tmp_path, wheel(), settled=False)
    store = f"{tmp_path}/store"
    assert disk_store.get(store, stored.digest) == stored
    with monkeypatch.context() as patch:
        patch.setattr(disk_store, "_boot", lambda: "another")
        assert disk_store.get(store, stored.digest) is None
    again = add(tmp_path, wheel(), settled=False)
    disk_store.settle(store, [again.digest, "0" * 64])
    disk_store.settle(store, [again.digest])
    monkeypatch.setattr(disk_store, "_boot", lambda: "another")
    assert disk_store.get(store, again.digest) == stored


def test_where_boots_cannot_be_told_everything_is_flushed_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(disk_store, "_boot", lambda: "")
    stored = add(tmp_path, wheel(), settled=False)
    assert disk_store.get(f"{tmp_path}/store", stored.digest) == stored


@pytest.mark.parametrize("kill", [False, True])
def test_a_failure_at_any_change_leaves_the_wheel_there_or_not(tmp_path, kill):
    data = wheel(files={"spam/a": "a", "spam/b/c": "c"})
    at = 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        with fault(at, None if kill else 28) as met:
            try:
                add(folder, data)
            except (PlaceError, Killed):
                pass
        stored = disk_store.get(f"{folder}/store", sha256(data).hexdigest())
        assert stored is None or disk_store.verify(stored) == ()
        left = [name for name in entries(folder) if stored is None or name != stored.digest]
        assert kill or left == []
        if not met.struck:
            break
        assert disk_store.verify(add(folder, data)) == ()
    assert at > 15
    assert stored is not None


def test_keys_are_remembered(tmp_path):
    store = f"{tmp_path}/store"
    assert disk_store.recall(store, "https://host/a.whl#1") is None
    disk_store.remember(store, "https://host/a.whl#1", "ab" * 32)
    disk_store.remember(store, "https://host/a.whl#1", "cd" * 32)
    assert disk_store.recall(store, "https://host/a.whl#1") == "cd" * 32
    assert disk_store.recall(store, "https://host/a.whl#2") is None


texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20)
files = st.builds(StoredFile, texts, texts, st.integers(0, 10**12), st.booleans())
pairs = st.lists(st.tuples(texts.filter(lambda text: "=" not in text), texts), max_size=3).map(tuple)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.builds(
        StoredWheel, st.just("/f"), texts, texts, texts, texts, st.booleans(), st.lists(files).map(tuple), pairs, pairs
    )
)
def test_manifests_are_read_back_and_damage_is_noticed(made):
    text = manifest.render(made)
    assert manifest.parse(text, "/f") == made
    assert manifest.parse(text[:-1], "/f") is None
    assert manifest.parse(b"", "/f") is None
