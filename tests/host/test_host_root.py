"""host.root and host.disk: links stay inside the root."""

from __future__ import annotations

import os

import pytest

from elfin.host import root
from elfin.host.disk import FolderRoot
from kit.roots import DictRoot, Link

FILES = {
    "/usr/lib/x": b"hello",
    "/lib": Link("usr/lib"),
    "/abs": Link("/usr/lib/x"),
    "/up": Link("../../../../usr/lib/x"),
    "/loop": Link("loop2"),
    "/loop2": Link("loop"),
    "/gone": Link("/nowhere"),
    "/etc/deep/er": Link("../../lib/./x"),
}


def on_disk(folder: str) -> FolderRoot:
    for path, content in FILES.items():
        os.makedirs(os.path.dirname(folder + path), exist_ok=True)
        if isinstance(content, Link):
            os.symlink(content, folder + path)
        else:
            with open(folder + path, "wb") as file:
                file.write(content)
    return FolderRoot(folder)


@pytest.fixture(params=["dictionary", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: object) -> root.Root:
    return DictRoot(FILES) if request.param == "dictionary" else on_disk(str(tmp_path))


@pytest.mark.parametrize("path", ["/usr/lib/x", "/lib/x", "/abs", "/up", "/etc/deep/er", "lib/../lib//x", "/../lib/x"])
def test_links_lead_to_the_physical_file(place: root.Root, path: str) -> None:
    assert root.file(place, path) == "/usr/lib/x"
    read = root.reader(place, path)
    assert read is not None and read(1, 3) == b"ell" and read(4, 10) == b"o" and read(9, 1) == b""
    assert root.text(place, path) == "hello"


@pytest.mark.parametrize("path", ["/loop", "/gone", "/usr/lib/x/y", "/none", "/usr/lib"])
def test_what_is_no_file_is_not_there(place: root.Root, path: str) -> None:
    assert root.file(place, path) is None and root.reader(place, path) is None and root.text(place, path) is None


def test_folders_are_listed(place: root.Root) -> None:
    assert place.names("/usr") == ("lib",) and place.names("/none") == ()
    assert root.real(place, "/lib") == "/usr/lib" and root.real(place, "/") == "/"


def test_an_absolute_link_out_of_a_folder_stays_in_it(tmp_path: object) -> None:
    inside = os.path.join(str(tmp_path), "inside")
    os.makedirs(inside)
    with open(os.path.join(str(tmp_path), "secret"), "w") as file:
        file.write("x")
    os.symlink(os.path.join(str(tmp_path), "secret"), os.path.join(inside, "link"))
    os.symlink("../secret", os.path.join(inside, "up"))
    place = FolderRoot(inside)
    assert root.file(place, "/link") is None and root.file(place, "/up") is None


def test_impossible_questions_have_empty_answers() -> None:
    place = FolderRoot("/")
    assert place.some("/none", 0, 10) == b"" and place.kind("/a\0b") is None and place.link("/") == ""
    assert place.some("/etc", 0, 10) == b"" and place.names("/a\0b") == ()
