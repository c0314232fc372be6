from __future__ import annotations

import os
import subprocess
import sys

import pytest

from elfin.errors import Refused
from elfin.wheels import launcher


def test_a_plain_path_is_named_by_the_first_line():
    assert launcher.first_line("/env/bin/python") == b"#!/env/bin/python\n"
    assert launcher.first_line("/" + "x" * 124).startswith(b"#!/xxx")
    assert launcher.first_line("/" + "x" * 125).startswith(b"#!/bin/sh\n")


@pytest.mark.parametrize("path", ['/a"b', "/a$b", "/a`b", "/a\\b", "/a\nb", "/a'''b", "/a\udcffb"])
def test_paths_that_no_script_can_name_are_refused(path):
    with pytest.raises(Refused):
        launcher.first_line(path)


@pytest.mark.parametrize("folder", ["plain", "with blank", "it's", "caf\u00e9 " + "long" * 50])
def test_launchers_run_the_function_and_give_its_exit_status(tmp_path, folder):
    python = f"{tmp_path}/{folder}/python"
    os.makedirs(os.path.dirname(python))
    os.symlink(sys.executable, python)
    (tmp_path / "tool.py").write_text(
        "import sys\nclass Tool:\n    def run():\n        print(sys.argv[1:])\n        return 7\n"
    )
    script = tmp_path / "command"
    script.write_bytes(launcher.launcher(python, "tool:Tool.run"))
    script.chmod(0o755)
    ran = subprocess.run(
        [script, "a b", "$c"], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (7, "['a b', '$c']\n", "")


def test_only_scripts_that_ask_for_it_are_rewritten():
    assert launcher.rewritten(b"#!python\nprint()\n", "/p") == b"#!/p\nprint()\n"
    assert launcher.rewritten(b"#!pythonw -E\r\nprint()\n", "/p") == b"#!/p\nprint()\n"
    assert launcher.rewritten(b"#!python", "/p") == b"#!/p\n"
    assert launcher.rewritten(b"#!/usr/bin/env python\n", "/p") is None
    assert launcher.rewritten(b"\x7fELF#!python\n", "/p") is None


RESERVED = (
    "python python3 python3.13 python3.13t pythonw PYTHON pypy3 activate activate.fish Activate.ps1 deactivate.bat "
    "activate_this.py pyvenv.cfg"
)


@pytest.mark.parametrize("name", RESERVED.split())
def test_names_of_the_environment_are_reserved(name):
    assert launcher.is_reserved(name)


@pytest.mark.parametrize("name", ["pip", "ipython", "python-argcomplete", "activate-global-python-argcomplete"])
def test_names_of_tools_are_not_reserved(name):
    assert not launcher.is_reserved(name)
