"""`elfin venv`: a standard environment, and what stands in its way."""

from __future__ import annotations

import os
import subprocess

from kit.commandline import PYTHON, Commandline, Place, picture, release
from kit.indexserver import IndexServer


def test_an_environment_is_made_and_its_python_is_its_own(elfin: Commandline) -> None:
    answer = elfin.good("venv", "--python", PYTHON)
    assert "Made the virtual environment .venv" in answer.err and "Step in with: . .venv/bin/activate" in answer.err
    place = Place(elfin.work / ".venv")
    assert place.run("-c", "import sys; print(sys.prefix)").strip() == str(place.prefix)
    assert "prompt = " in (place.prefix / "pyvenv.cfg").read_text()


def test_the_prompt_may_be_chosen(elfin: Commandline) -> None:
    elfin.good("venv", "--python", PYTHON, "--prompt", "it's me", "one")
    shown = subprocess.run(
        ["sh", "-c", '. one/bin/activate; printf %s "$PS1"'],
        check=False,
        capture_output=True,
        text=True,
        env={"PS1": "$ "},
    )
    assert shown.stdout == "(it's me) $ "
    elfin.good("venv", "--python", PYTHON, "--prompt", ".", "two")
    assert "prompt = work" in (elfin.work / "two" / "pyvenv.cfg").read_text().replace("'", "").replace('"', "")


def test_an_environment_is_not_replaced_unless_that_is_meant(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta")
    before = venv.picture()
    answer = elfin("venv", "--python", PYTHON)
    assert answer.code == 3 and "already" in answer.err and "--clear" in answer.err
    assert venv.picture() == before
    elfin.good("venv", "--python", PYTHON, "--clear")
    assert venv.versions() == {}


def test_a_folder_with_other_things_in_it_is_left_alone_even_with_clear(elfin: Commandline) -> None:
    elfin.file("mine/novel.txt", "Chapter 1")
    before = picture(elfin.work)
    for more in ([], ["--clear"]):
        answer = elfin("venv", "--python", PYTHON, *more, "mine")
        assert answer.code == 3 and "not empty and not a virtual environment" in answer.err
    elfin.file("file", "")
    assert elfin("venv", "--python", PYTHON, "file").code == 3
    (elfin.work / "file").unlink()
    assert picture(elfin.work) == before


def test_a_seed_is_pip_from_the_index(elfin: Commandline, server: IndexServer) -> None:
    server.projects["pip"] = release(
        "pip", "99.0", scripts={"pip": "pip:main"}, files={"pip/__init__.py": "def main(): print('pip 99')\n"}
    )
    answer = elfin.good("venv", "--python", PYTHON, "--seed", "seeded")
    assert "with pip==99.0" in answer.err
    done = subprocess.run(
        [elfin.work / "seeded" / "bin" / "pip"], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "pip 99\n"


def test_no_such_python_is_said(elfin: Commandline) -> None:
    answer = elfin("venv", "--python", "3.99")
    assert answer.code == 1 and "3.99" in answer.err and "Traceback" not in answer.err
    answer = elfin("venv", "--python", "/nowhere/python3")
    assert answer.code in (1, 3) and "/nowhere/python3" in answer.err
    assert os.listdir(elfin.work) == []


def test_system_packages_can_be_seen(elfin: Commandline) -> None:
    elfin.good("venv", "--python", PYTHON, "--system-site-packages", "open")
    assert "include-system-site-packages = true" in (elfin.work / "open" / "pyvenv.cfg").read_text()


def test_an_environment_of_an_environment_s_python_has_the_same_base(elfin: Commandline, venv: Place) -> None:
    elfin.good("venv", "--python", venv.python, "second")
    home = [line for line in (elfin.work / "second" / "pyvenv.cfg").read_text().splitlines() if line.startswith("home")]
    assert home == [f"home = {os.path.dirname(PYTHON)}"]
