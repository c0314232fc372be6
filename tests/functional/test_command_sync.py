"""`elfin pip sync` and `elfin pip uninstall`: what is not listed goes."""

from __future__ import annotations

import pytest

from kit.commandline import Commandline, Place, release
from kit.indexserver import IndexServer


def test_a_sync_adds_replaces_and_removes(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha==1.0", "beta==1.0")
    elfin.file("lock.txt", "alpha==2.0\ndelta==1.0\n")
    answer = elfin.good("pip", "sync", "lock.txt")
    assert venv.versions() == {"alpha": "2.0", "delta": "1.0"}
    assert answer.err.endswith(" - alpha==1.0\n + alpha==2.0\n - beta==1.0\n + delta==1.0\n")


def test_a_sync_with_nothing_to_do_asks_nobody(elfin: Commandline, venv: Place, server: IndexServer) -> None:
    elfin.file("lock.txt", "alpha==2.0\nbeta==2.0\n")
    elfin.good("pip", "sync", "lock.txt")
    before, asked = venv.picture(), len(server.requests)
    assert elfin.good("pip", "sync", "lock.txt").err.startswith("Audited 2 packages in ")
    assert venv.picture() == before and len(server.requests) == asked


def test_what_the_cache_has_is_put_back_as_it_was_without_a_request(
    elfin: Commandline, venv: Place, server: IndexServer
) -> None:
    elfin.file("lock.txt", "alpha==2.0\nbeta==2.0\n")
    elfin.good("pip", "sync", "lock.txt")
    before = venv.picture()
    elfin.good("pip", "uninstall", "alpha", "beta")
    elfin.good("pip", "sync", "--offline", "lock.txt")
    assert venv.picture() == before
    elfin.good("pip", "uninstall", "alpha")
    elfin.file("lock.txt", f"alpha==2.0 --hash=sha256:{'0' * 64}\nbeta==2.0\n")
    answer = elfin("pip", "sync", "lock.txt")
    assert answer.code == 4 and "none of the hashes" in answer.err and venv.versions() == {"beta": "2.0"}
    elfin.file("lock.txt", "alpha==2.0\nbeta==2.0\n")
    assert elfin("pip", "sync", "--require-hashes", "lock.txt").code == 2
    assert venv.versions() == {"beta": "2.0"}


def test_a_file_that_the_index_replaced_comes_with_a_refresh(
    elfin: Commandline, venv: Place, server: IndexServer
) -> None:
    elfin.file("lock.txt", "beta==2.0\n")
    elfin.good("pip", "sync", "lock.txt")
    elfin.good("pip", "uninstall", "beta")
    server.projects["beta"] = release("beta", "2.0", files={"beta/__init__.py": "version = 'replaced'\n"})
    elfin.good("pip", "sync", "--refresh", "lock.txt")
    assert venv.run("-c", "import beta; print(beta.version)") == "replaced\n"


def test_another_index_is_asked_for_its_own_file(elfin: Commandline, venv: Place) -> None:
    elfin.file("lock.txt", "beta==2.0\n")
    elfin.good("pip", "sync", "lock.txt")
    elfin.good("pip", "uninstall", "beta")
    with IndexServer({"beta": release("beta", "2.0", files={"beta/__init__.py": "version = 'other'\n"})}) as other:
        elfin.good("pip", "sync", "--index-url", other.url, "lock.txt")
    assert venv.run("-c", "import beta; print(beta.version)") == "other\n"


def test_an_empty_list_is_refused_unless_it_is_meant(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta")
    elfin.file("lock.txt", "# nothing\n")
    answer = elfin("pip", "sync", "lock.txt")
    assert answer.code == 2 and "would empty the environment" in answer.err
    assert venv.versions() == {"beta": "2.0"}
    elfin.good("pip", "sync", "--allow-empty-requirements", "lock.txt")
    assert venv.versions() == {}


def test_a_dry_sync_changes_nothing(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta")
    elfin.file("lock.txt", "delta==1.0\n")
    before = venv.picture()
    answer = elfin.good("pip", "sync", "--dry-run", "lock.txt")
    assert "Would uninstall 1 package\n" in answer.err and "Would install 1 package\n" in answer.err
    assert venv.picture() == before


def test_lines_for_other_places_are_passed_over(elfin: Commandline, venv: Place) -> None:
    elfin.file("lock.txt", 'beta==1.0 ; python_version >= "3"\nnowhere==1 ; sys_platform == "win32"\n')
    elfin.good("pip", "sync", "lock.txt")
    assert venv.versions() == {"beta": "1.0"}


def test_a_sync_from_the_index_replaces_a_wheel_that_came_by_path(elfin: Commandline, venv: Place) -> None:
    ((name, data),) = release("beta", "2.0").items()
    (elfin.work / name).write_bytes(data)
    elfin.good("pip", "install", f"./{name}")
    assert list(venv.site.glob("beta-*/direct_url.json"))
    elfin.file("lock.txt", "beta==2.0\n")
    elfin.good("pip", "sync", "lock.txt")
    assert venv.versions() == {"beta": "2.0"} and not list(venv.site.glob("beta-*/direct_url.json"))


def test_what_was_compiled_syncs(elfin: Commandline, venv: Place) -> None:
    elfin.file("top.in", "alpha\ngamma[fast]\n")
    elfin.good("pip", "compile", "-q", "--generate-hashes", "top.in", "-o", "top.txt")
    elfin.good("pip", "sync", "top.txt")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0", "delta": "1.0", "gamma": "1.0"}


def test_what_was_frozen_syncs_elsewhere(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha==1.1")
    elfin.file("frozen.txt", elfin.good("pip", "freeze").out)
    elfin.good("pip", "uninstall", "alpha", "beta")
    elfin.good("pip", "sync", "frozen.txt")
    assert venv.versions() == {"alpha": "1.1", "beta": "2.0"}


def test_uninstall_leaves_the_environment_as_it_was_before(elfin: Commandline, venv: Place) -> None:
    before = venv.picture()
    elfin.good("pip", "install", "hello", "alpha")
    venv.run("-c", "import alpha")
    answer = elfin.good("pip", "uninstall", "-y", "hello", "alpha", "beta")
    assert "Uninstalled 3 packages in " in answer.err and " - hello==1.0\n" in answer.err
    assert venv.picture() == before


def test_uninstall_takes_compiled_files_along(elfin: Commandline, venv: Place) -> None:
    import subprocess

    elfin.good("pip", "install", "beta")
    subprocess.run([venv.python, "-c", "import beta"], check=True, timeout=60)
    assert (venv.site / "beta" / "__pycache__").is_dir()
    elfin.good("pip", "uninstall", "beta")
    assert not (venv.site / "beta").exists()


def test_uninstall_of_what_is_not_there_warns(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta")
    answer = elfin.good("pip", "uninstall", "Beta", "nowhere")
    assert "warning: nowhere is not installed" in answer.err and venv.versions() == {}


def test_uninstall_reads_names_from_files(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha", "delta")
    elfin.file("lock.txt", "alpha>=1\nbeta==9\n")
    elfin.good("pip", "uninstall", "-r", "lock.txt")
    assert venv.versions() == {"delta": "1.0"}


@pytest.mark.parametrize("arguments", [["uninstall"], ["install"]])
def test_nothing_named_is_a_mistake(elfin: Commandline, venv: Place, arguments: list[str]) -> None:
    answer = elfin("pip", *arguments)
    assert answer.code == 2 and "nothing to" in answer.err and "was named" in answer.err
