"""`elfin pip install`, from the command line to the files in the environment."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from elfin.formats import record
from kit.commandline import PYTHON, Commandline, Place, picture, release
from kit.indexserver import IndexServer


def test_a_package_and_what_it_needs_are_installed(elfin: Commandline, venv: Place) -> None:
    answer = elfin.good("pip", "install", "alpha")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}
    assert "Resolved 2 packages" in answer.err and "Installed 2 packages" in answer.err
    assert " + alpha==2.0\n" in answer.err and " + beta==2.0\n" in answer.err
    assert answer.out == ""
    assert venv.run("-c", "import alpha, beta; print(alpha.version)") == "2.0\n"


def test_what_is_there_already_is_audited_without_a_request(
    elfin: Commandline, venv: Place, server: IndexServer
) -> None:
    elfin.good("pip", "install", "alpha")
    before, asked = venv.picture(), len(server.requests)
    answer = elfin.good("pip", "install", "alpha>=1", "beta")
    assert answer.err.startswith("Audited 2 packages in ")
    assert venv.picture() == before and len(server.requests) == asked


def test_an_installed_version_stays_until_an_upgrade_is_asked_for(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha==1.0", "beta==1.0")
    elfin.good("pip", "install", "alpha")
    assert venv.versions() == {"alpha": "1.0", "beta": "1.0"}
    answer = elfin.good("pip", "install", "-P", "alpha", "alpha")
    assert venv.versions() == {"alpha": "2.0", "beta": "1.0"}
    assert " - alpha==1.0\n + alpha==2.0\n" in answer.err
    assert "Uninstalled 1 package\n" in answer.err
    elfin.good("pip", "install", "-U", "alpha")
    assert venv.versions() == {"alpha": "2.0", "beta": "2.0"}


def test_a_requirement_that_is_not_met_upgrades_and_a_pin_downgrades(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha==1.0")
    elfin.good("pip", "install", "alpha>1")
    assert venv.versions()["alpha"] == "2.0"
    elfin.good("pip", "install", "alpha==1.1")
    assert venv.versions()["alpha"] == "1.1"
    assert [path.name for path in venv.site.glob("alpha-*")] == ["alpha-1.1.dist-info"]


def test_reinstall_replaces_what_is_there(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "beta")
    (venv.site / "beta" / "__init__.py").unlink()
    answer = elfin.good("pip", "install", "--reinstall", "beta")
    assert " ~ beta==2.0\n" in answer.err
    assert venv.run("-c", "import beta; print(beta.version)") == "2.0\n"


def test_extras_and_markers_decide_what_else_comes(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "gamma")
    assert venv.versions() == {"gamma": "1.0", "beta": "2.0"}
    elfin.good("pip", "install", "gamma[fast]")
    assert venv.versions() == {"gamma": "1.0", "beta": "2.0", "delta": "1.0"}


def test_an_argument_whose_marker_does_not_hold_is_left_out_aloud(elfin: Commandline, venv: Place) -> None:
    answer = elfin.good("pip", "install", "beta", 'nowhere; python_version < "3"')
    assert venv.versions() == {"beta": "2.0"}
    assert "warning: nowhere" in answer.err and "marker" in answer.err


def test_pre_releases_come_when_asked_for(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "--pre", "beta")
    assert venv.versions() == {"beta": "3.0rc1"}


def test_no_deps_leaves_dependencies_out(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "--no-deps", "alpha")
    assert venv.versions() == {"alpha": "2.0"}


def test_the_lowest_versions_can_be_asked_for(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "--resolution", "lowest", "alpha")
    assert venv.versions() == {"alpha": "1.0", "beta": "1.0"}


def test_files_may_name_files_and_constraints_beside_them(elfin: Commandline, venv: Place) -> None:
    elfin.file("requirements/main.txt", "# comment\n-r more.txt\n-c bounds.txt\nalpha\n")
    elfin.file("requirements/more.txt", "gamma \\\n  [fast]\n")
    elfin.file("requirements/bounds.txt", "beta<2\nunheard-of==1\n")
    elfin.good("pip", "install", "-r", "requirements/main.txt")
    assert venv.versions() == {"alpha": "2.0", "beta": "1.0", "gamma": "1.0", "delta": "1.0"}


def test_a_constraint_of_the_command_line_bounds(elfin: Commandline, venv: Place) -> None:
    elfin.file("bounds.txt", "alpha<2\n")
    elfin.good("pip", "install", "-c", "bounds.txt", "alpha")
    assert venv.versions()["alpha"] == "1.1"


def test_options_in_a_file_choose_the_index_unless_the_user_did(
    elfin: Commandline, venv: Place, server: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ELFIN_INDEX_URL")
    elfin.file("requirements.txt", f"--index-url {server.url}\n--pre\nbeta\n")
    elfin.good("pip", "install", "-r", "requirements.txt")
    assert venv.versions() == {"beta": "3.0rc1"}


def test_right_hashes_pass(elfin: Commandline, venv: Place, server: IndexServer) -> None:
    digest = hashlib.sha256(server.projects["beta"]["beta-1.0-py3-none-any.whl"]).hexdigest()
    elfin.file("requirements.txt", f"beta==1.0 --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{digest}\n")
    elfin.good("pip", "install", "--require-hashes", "-r", "requirements.txt")
    assert venv.versions() == {"beta": "1.0"}


@pytest.mark.parametrize("cached", [False, True])
def test_wrong_hashes_are_refused_and_nothing_is_installed(elfin: Commandline, venv: Place, cached: bool) -> None:
    if cached:
        elfin.good("pip", "install", "beta==1.0")
        elfin.good("pip", "uninstall", "beta")
    elfin.file("requirements.txt", f"delta\nbeta==1.0 --hash=sha256:{'0' * 64}\n")
    before = venv.picture()
    answer = elfin("pip", "install", "-r", "requirements.txt")
    assert answer.code == 4 and "none of the hashes that the requirements allow" in answer.err
    assert f"allowed  sha256:{'0' * 64}" in answer.err
    assert venv.picture() == before


def test_hashes_that_are_required_have_to_be_there_for_everything(
    elfin: Commandline, venv: Place, server: IndexServer
) -> None:
    before = venv.picture()
    elfin.file("none.txt", "beta==1.0\n")
    answer = elfin("pip", "install", "--require-hashes", "-r", "none.txt")
    assert answer.code == 2 and "none.txt:1: expected a hash for beta" in answer.err
    digest = hashlib.sha256(server.projects["alpha"]["alpha-1.0-py3-none-any.whl"]).hexdigest()
    elfin.file("some.txt", f"alpha==1.0 --hash=sha256:{digest}\n")
    answer = elfin("pip", "install", "--require-hashes", "-r", "some.txt")
    assert answer.code == 4 and "beta 2.0 is needed, and has no hash" in answer.err
    elfin.file("loose.txt", f"beta>=1 --hash=sha256:{digest}\n")
    answer = elfin("pip", "install", "--require-hashes", "-r", "loose.txt")
    assert answer.code == 2 and "pinned" in answer.err
    assert venv.picture() == before


def wheel_file(elfin: Commandline, version: str = "5.0") -> Path:
    ((name, data),) = release("local", version, requires=["beta<2"]).items()
    path = elfin.work / "wheels" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", ["{path}", "./wheels/{name}", "file://{path}", "local @ file://{path}"])
def test_a_wheel_on_this_disk_is_installed_with_a_direct_url(elfin: Commandline, venv: Place, form: str) -> None:
    path = wheel_file(elfin)
    answer = elfin.good("pip", "install", form.format(path=path, name=path.name))
    assert venv.versions() == {"local": "5.0", "beta": "1.0"}
    told = json.loads(venv.info("local", "direct_url.json"))
    assert told["url"] == f"file://{path}"
    assert told["archive_info"]["hashes"] == {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert f" + local==5.0 (from file://{path})" in answer.err
    assert elfin.good("pip", "freeze").out == f"beta==1.0\nlocal @ file://{path}\n"


def test_a_wheel_that_was_built_again_replaces_the_one_before(elfin: Commandline, venv: Place) -> None:
    path = wheel_file(elfin)
    elfin.good("pip", "install", path)
    ((_, data),) = release("local", "5.0", files={"local/__init__.py": "version = 'new'\n"}).items()
    path.write_bytes(data)
    elfin.good("pip", "install", path)
    assert venv.run("-c", "import local; print(local.version)") == "new\n"


@pytest.mark.parametrize("form", ["{url}", "alpha @ {url}", "{url}#sha256={digest}"])
def test_a_wheel_by_url(elfin: Commandline, venv: Place, server: IndexServer, form: str) -> None:
    name = "alpha-1.0-py3-none-any.whl"
    url = f"{server.root}/files/alpha/{name}"
    digest = hashlib.sha256(server.projects["alpha"][name]).hexdigest()
    elfin.good("pip", "install", form.format(url=url, digest=digest))
    assert venv.versions() == {"alpha": "1.0", "beta": "2.0"}
    told = json.loads(venv.info("alpha", "direct_url.json"))
    assert told["url"] == url and told["archive_info"]["hashes"] == {"sha256": digest}


def test_a_wheel_by_url_with_another_hash_is_refused(elfin: Commandline, venv: Place, server: IndexServer) -> None:
    before = venv.picture()
    answer = elfin("pip", "install", f"{server.root}/files/alpha/alpha-1.0-py3-none-any.whl#sha256={'1' * 64}")
    assert answer.code == 4 and "sha256" in answer.err
    assert venv.picture() == before


def test_what_was_installed_is_recorded_and_every_row_hashes_right(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "alpha", "hello")
    assert venv.info("alpha", "INSTALLER").strip() == "elfin"
    for name, requested in (("alpha", True), ("hello", True), ("beta", False)):
        info = next(venv.site.glob(f"{name}-*.dist-info"))
        assert (info / "REQUESTED").exists() == requested
        rows = record.parse((info / "RECORD").read_bytes())
        assert len({row.path for row in rows}) == len(rows)
        for row in rows:
            data = Path(os.path.normpath(venv.site / row.path)).read_bytes()
            if row.path.endswith("/RECORD"):
                continue
            digest = hashlib.sha256(data).digest()
            assert record.encode(digest) == row.digest and row.size == len(data)


def test_pip_s_own_view_agrees(elfin: Commandline, venv: Place) -> None:
    """The standard library's reader of installed distributions sees the same, and no file is missing or changed."""
    elfin.good("pip", "install", "alpha", "hello")
    program = """
import base64, hashlib
from importlib.metadata import distributions
for one in sorted(distributions(), key=lambda one: one.name):
    for path in one.files:
        data = path.locate().read_bytes()
        if path.hash:
            assert path.hash.mode == "sha256" and path.size == len(data), path
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert digest == path.hash.value, path
        else:
            assert path.name == "RECORD", path
    print(one.name, one.version)
"""
    assert venv.run("-c", program) == "alpha 2.0\nbeta 2.0\nhello 1.0\n"


def test_a_program_of_a_package_runs(elfin: Commandline, venv: Place) -> None:
    elfin.good("pip", "install", "hello")
    done = subprocess.run(
        [venv.prefix / "bin" / "hello", "you", "fail"], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (3, "hello you fail\n")


def test_a_dry_run_tells_and_changes_nothing(elfin: Commandline, venv: Place, server: IndexServer) -> None:
    elfin.good("pip", "install", "alpha==1.0")
    before = venv.picture()
    answer = elfin.good("pip", "install", "--dry-run", "alpha==2.0", "delta")
    assert "Would install 2 packages\n" in answer.err and "Would uninstall 1 package\n" in answer.err
    assert " + delta==1.0\n" in answer.err
    assert venv.picture() == before
    assert not [path for path in server.paths() if path.endswith("delta-1.0-py3-none-any.whl")]


def test_target_and_prefix_are_plain_folders(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--python", PYTHON, "--target", "vendored", "alpha", "hello")
    target = elfin.work / "vendored"
    assert {"alpha", "beta", "alpha-2.0.dist-info", "hello"} <= set(os.listdir(target))
    assert os.access(target / "bin" / "hello", os.X_OK)
    elfin.good("pip", "install", "--python", PYTHON, "--prefix", "below", "beta")
    assert len(list(elfin.work.glob("below/lib/python*/site-packages/beta-2.0.dist-info"))) == 1


def test_a_target_is_its_own_environment_on_the_second_run(elfin: Commandline) -> None:
    elfin.good("pip", "install", "--python", PYTHON, "--target", "vendored", "alpha==1.0")
    answer = elfin.good("pip", "install", "--python", PYTHON, "--target", "vendored", "alpha")
    assert "Audited 2 packages" in answer.err
    assert elfin.good("pip", "list", "--format", "freeze", "--target", "vendored").out == "alpha==1.0\nbeta==2.0\n"


def managed_python(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python on PATH whose system manages it (PEP 668): a probe's answer with the marker file's text."""
    from elfin.flows.context import Context

    real = Context.find_python

    def find_python(self: Context, request: str | None, *, fetch: bool = True) -> object:
        return real(self, request, fetch=fetch)._replace(externally_managed="use your distribution's packages")

    monkeypatch.setattr(Context, "find_python", find_python)


def test_a_python_that_its_system_manages_is_left_alone(elfin: Commandline, monkeypatch: pytest.MonkeyPatch) -> None:
    managed_python(elfin, monkeypatch)
    answer = elfin("pip", "install", "--system", "alpha")
    assert answer.code == 4 and "is managed by its system" in answer.err
    assert "use your distribution's packages" in answer.err and "--break-system-packages" in answer.err
    assert elfin("pip", "install", "--system", "--break-system-packages", "--dry-run", "alpha").code == 0


def test_without_an_environment_the_way_to_one_is_told(elfin: Commandline) -> None:
    before = picture(elfin.work)
    answer = elfin("pip", "install", "alpha")
    assert answer.code == 3 and "no virtual environment was found" in answer.err
    assert "`elfin venv` makes one here" in answer.err
    assert picture(elfin.work) == before


def test_an_environment_in_a_folder_above_or_by_its_variable_is_found(
    elfin: Commandline, venv: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elfin.work / "below").mkdir()
    elfin.good("--directory", elfin.work / "below", "pip", "install", "beta")
    assert venv.versions() == {"beta": "2.0"}
    elfin.good("venv", "--python", PYTHON, "../other")
    monkeypatch.setenv("VIRTUAL_ENV", str(elfin.work / "other"))
    elfin.good("pip", "install", "delta")
    assert Place(elfin.work / "other").versions() == {"delta": "1.0"} and venv.versions() == {"beta": "2.0"}


def test_find_links_without_an_index(elfin: Commandline, venv: Place, server: IndexServer) -> None:
    wheel_file(elfin)
    ((name, data),) = release("beta", "1.5").items()
    (elfin.work / "wheels" / name).write_bytes(data)
    elfin.good("pip", "install", "--no-index", "--find-links", "wheels", "local")
    assert venv.versions() == {"local": "5.0", "beta": "1.5"}
    assert server.requests == []


def test_quiet_says_nothing_and_verbose_tells_why(elfin: Commandline, venv: Place) -> None:
    assert elfin.good("pip", "install", "-q", "beta").said == ""
    told = elfin.good("pip", "install", "-v", "delta").err
    assert "environment " in told and ".venv" in told and "index_url = " in told
