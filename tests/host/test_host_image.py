"""host.image, host.layers, host.disk_image: what runs in an image, by its layers, in every form an image has."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from elfin.errors import ElfinError, MalformedArchive, PlaceError, UnsafeArchive, UsageError
from elfin.host import root
from elfin.host.detect import detect
from elfin.host.disk_image import image_root
from elfin.host.image import ImageRoot
from elfin.host.model import Libc
from kit import images
from kit.elfsmith import MUSL_LOADER, glibc, glibc_loader, musl, program
from kit.images import Hard, Layer, zstd
from kit.roots import Link

BASE: Layer = {
    "bin": Link("usr/bin"),
    "lib": Link("usr/lib"),
    "usr/bin/": None,
    "usr/bin/sh": program(),
    "usr/lib/gone": b"1",
    "usr/lib/kept": b"2",
    "etc/old/a": b"1",
    "etc/old/b": b"1",
    "etc/os-release": "PRETTY_NAME='Made 1'\n",
    "lib64/ld-linux-x86-64.so.2": glibc_loader(),
    "lib64/libc.so.6": glibc("2.36"),
}
TOP: Layer = {
    "lib/new": b"through the link",
    "usr/lib/.wh.gone": b"",
    "usr/lib/.wh.kept": b"",
    "usr/lib/kept": b"anew",
    "etc/old/c": b"3",
    "etc/old/.wh..wh..opq": b"",
    "usr/bin/shell": Hard("usr/bin/sh"),
    "usr/bin/top": Link("/lib/new"),
}


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def packed(files: dict[str, bytes]) -> bytes:
    return images.layer(dict(files))


MAKERS: dict[str, Callable[[Path], str]] = {
    "a layout folder": lambda folder: images.write(str(folder), images.layout({"linux/amd64": [BASE, TOP]})),
    "a layout tar": lambda folder: written(folder / "a", packed(images.layout({"linux/amd64": [BASE, TOP]}))),
    "an index in the index": lambda folder: written(
        folder / "a", packed(images.layout({"linux/amd64": [BASE, TOP]}, nested=True))
    ),
    "plain layers": lambda folder: written(
        folder / "a", packed(images.layout({"linux/amd64": [BASE, TOP]}, compress=bytes))
    ),
    "zstd layers": lambda folder: written(
        folder / "a", packed(images.layout({"linux/amd64": [BASE, TOP]}, compress=zstd()))
    ),
    "docker save": lambda folder: written(folder / "a", images.saved("linux/amd64", [BASE, TOP])),
    "docker save, gzipped": lambda folder: written(
        folder / "a", gzip.compress(images.saved("linux/amd64", [BASE, TOP]))
    ),
    "docker save, both": lambda folder: written(
        folder / "a",
        packed({**images.layout({"linux/amd64": [BASE, TOP]}), "manifest.json": b"[]", "repositories": b"{}"}),
    ),
}


@pytest.mark.parametrize("make", list(MAKERS.values()), ids=list(MAKERS))
def test_layers_are_merged_in_every_form(make: Callable[[Path], str], tmp_path: Path) -> None:
    place = image_root(make(tmp_path))
    assert root.text(place, "/usr/bin/top") == "through the link"
    assert place.names("/usr/lib") == ("kept", "new") and place.some("/usr/lib/kept", 1, 2) == b"ne"
    assert place.names("/etc/old") == ("c",)
    assert place.kind("/bin") == "link" and place.link("/bin") == "usr/bin" and place.kind("/usr") == "folder"
    assert place.some("/usr/bin/shell", 0, 1 << 20) == place.some("/usr/bin/sh", 0, 1 << 20) == program()
    host = detect(place, None)
    assert host.libc == Libc("glibc", (2, 36), "/lib64/ld-linux-x86-64.so.2", "x86_64")
    assert host.distribution == "Made 1" and place.platforms == ("linux/amd64",) and place.machine == "x86_64"


def only(*layers: Layer, tmp_path: Path, platform: str = "linux/amd64") -> ImageRoot:
    return image_root(images.write(str(tmp_path), images.layout({platform: layers})))


def test_a_file_in_place_of_a_folder_takes_its_content_along(tmp_path: Path) -> None:
    place = only({"a/b/c": b"1", "e": Link("a")}, {"e/": None, "a": b"2"}, tmp_path=tmp_path)
    assert place.kind("/a") == "file" and place.kind("/a/b/c") is None
    assert place.kind("/e") == "folder" and place.names("/e") == ()


def test_a_whiteout_spares_its_own_layer_whatever_the_order(tmp_path: Path) -> None:
    place = only(
        {"a": b"1", "f/x": b"1"}, {"a": b"2", ".wh.a": b"", "f/y": b"2", "f/.wh..wh..opq": b""}, tmp_path=tmp_path
    )
    assert place.some("/a", 0, 9) == b"2" and place.names("/f") == ("y",)


@pytest.mark.parametrize("white", ["data/.wh..wh..opq", "data/.wh.x", "data/deep/.wh..wh..opq"])
def test_a_folder_in_place_of_a_link_leaves_what_the_link_led_to_alone(white: str, tmp_path: Path) -> None:
    base: Layer = {"srv/x": b"1", "srv/deep/y": b"1", "data": Link("srv")}
    place = only(base, {"data/": None, "data/new": b"2", white: b""}, tmp_path=tmp_path)
    assert place.names("/srv") == ("deep", "x") and place.names("/srv/deep") == ("y",)
    assert place.kind("/data") == "folder" and "x" not in place.names("/data")
    # Where the link stays, a whiteout below it means what is behind it.
    assert "x" not in only(base, {"data/.wh.x": b""}, tmp_path=tmp_path / "b").names("/srv")


def test_absolute_links_stay_in_the_image(tmp_path: Path) -> None:
    place = only({"a": Link("/etc/passwd"), "up": Link("../../../../etc/passwd"), "l": Link("/l")}, tmp_path=tmp_path)
    assert root.file(place, "/a") is None and root.file(place, "/up") is None and root.file(place, "/l") is None


@pytest.mark.parametrize(
    ("layer", "error"),
    [
        ({"../x": b""}, UnsafeArchive),
        ({"a/../../x": b""}, UnsafeArchive),
        ({"a": Hard("../../x")}, UnsafeArchive),
        ({"a": Hard("b")}, MalformedArchive),
        ({"a": b"", "a/b": b""}, MalformedArchive),
        ({"a": Link("b"), "b": Link("a"), "a/x": b""}, MalformedArchive),
        ({"a/" * 300 + "x": b""}, MalformedArchive),
    ],
)
def test_a_layer_that_contradicts_itself_is_refused(layer: Layer, error: type[ElfinError], tmp_path: Path) -> None:
    with pytest.raises(error):
        only(layer, tmp_path=tmp_path)


SH: Layer = {"bin/sh": program(MUSL_LOADER), MUSL_LOADER[1:]: musl("1.2.5")}


def several(folder: Path, *platforms: str) -> str:
    return images.write(str(folder), images.layout({name: [{**SH, "which": name}] for name in platforms}))


def which(place: ImageRoot) -> str | None:
    return root.text(place, "/which")


def test_the_platform_asked_for_wins_then_this_machine_s_then_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = several(tmp_path, "linux/s390x", "linux/amd64", "linux/arm/v7", "linux/arm64/v8")
    answer = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((*answer[:4], "x86_64")))
    assert which(image_root(path)) == "linux/amd64"
    assert image_root(path).platforms == ("linux/s390x", "linux/amd64", "linux/arm/v7", "linux/arm64")
    for asked in ("linux/arm64", "linux/arm64/v8", "arm64", "linux/aarch64"):
        assert which(image_root(path, asked)) == "linux/arm64/v8"
    assert which(image_root(path, "linux/arm")) == "linux/arm/v7"
    assert image_root(path, "arm/v7").machine == "armv7l"
    with pytest.raises(UsageError, match="not for linux/riscv64") as caught:
        image_root(path, "riscv64")
    assert "linux/s390x, linux/amd64" in caught.value.hints[0]
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((*answer[:4], "riscv64")))
    with pytest.raises(UsageError, match="none of them is this machine's"):
        image_root(path)
    assert which(image_root(several(tmp_path / "b", "linux/ppc64le"))) == "linux/ppc64le"


def test_an_archive_of_one_platform_may_keep_the_index_of_all(tmp_path: Path) -> None:
    files = images.layout({"linux/amd64": [SH], "linux/arm64": [{**SH, "which": "b"}]})
    rows = json.loads(files["index.json"])["manifests"]
    del files["blobs/" + rows[0]["digest"].replace(":", "/")]
    place = image_root(images.write(str(tmp_path), files))
    assert place.platforms == ("linux/arm64",)


def test_the_image_s_own_word_tells_the_generation_of_arm(tmp_path: Path) -> None:
    loader = "/lib/ld-linux-armhf.so.3"
    files: Layer = {"bin/sh": program(loader, "armhf"), loader[1:]: glibc_loader("armhf", "ld-linux-armhf.so.3")}
    for platform, name in (("linux/arm/v6", "armv6l"), ("linux/arm/v7", "armv7l"), ("linux/arm", "armv7l")):
        place = only(files, tmp_path=tmp_path / platform.replace("/", "-"), platform=platform)
        assert detect(place, None).arch.name == name


def test_what_is_no_image_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="no image"):
        image_root(str(tmp_path / "none"))
    for data, words in (
        (b"nothing like it" * 100, "no tar archive"),
        (images.layer({"a": b""}), "neither an OCI image layout"),
        (images.layer({"manifest.json": b"{"}), "docker save"),
        (images.layer({"index.json": b"[]"}), "no JSON object"),
        (images.layer({"index.json": b'{"manifests": []}'}), "holds no image"),
        (images.layer({"manifest.json": b"[]"}), "holds no image"),
        (images.layer({"index.json": b'{"manifests": [{"digest": "sha256:../../x"}]}'}), "no digest"),
    ):
        with pytest.raises(MalformedArchive, match=words):
            image_root(written(tmp_path / "x", data))


def test_documents_have_to_match_their_digests_and_layers_have_to_be_there(tmp_path: Path) -> None:
    files = images.layout({"linux/amd64": [SH]})
    row = json.loads(files["index.json"])["manifests"][0]
    name = "blobs/" + row["digest"].replace(":", "/")
    with pytest.raises(MalformedArchive, match="digest says"):
        image_root(images.write(str(tmp_path / "a"), {**files, name: files[name] + b" "}))
    layer = json.loads(files[name])["layers"][0]["digest"]
    path = "blobs/" + layer.replace(":", "/")
    for broken in (files[path][:-9], files[path][: len(files[path]) // 2], files[path] + b" "):
        with pytest.raises(MalformedArchive, match=f"a layer of the image is not what its digest says: {layer}"):
            image_root(images.write(str(tmp_path / str(len(broken))), {**files, path: broken}))
    del files[path]
    with pytest.raises(MalformedArchive, match="lacks its layer"):
        image_root(images.write(str(tmp_path / "b"), files))


def test_devices_in_a_layer_are_not_files(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("dev/null")
        entry.type = tarfile.CHRTYPE
        archive.addfile(entry)
    files = images.layout({"linux/amd64": [{}]}, compress=lambda _: out.getvalue())
    place = image_root(images.write(str(tmp_path), files))
    assert place.kind("/dev/null") is None and place.names("/dev") == ("null",)


def test_mutants_of_an_image_raise_elfin_s_errors_or_nothing(tmp_path: Path) -> None:
    chance = random.Random(11)
    seed = images.saved("linux/amd64", [{"bin/sh": b"x", "l": Link("bin")}, {"l/.wh.sh": b""}])
    refused = 0
    for _ in range(400):
        data = bytearray(seed)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            detect(image_root(written(tmp_path / "x", bytes(data))), None)
        except (MalformedArchive, UnsafeArchive, UsageError):
            refused += 1
    assert refused > 100
