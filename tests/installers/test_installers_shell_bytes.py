"""What install.sh does to bytes that are no text, and to a folder or a token that others could see."""

from __future__ import annotations

import os
import stat

import pytest

from kit import shells
from kit.installerworld import World, serving

ODD = b"a=\xff\xc3\xa9\nb='x\\n'\n\n c\t\r\nnul=\x00z\nlast \x80"


@pytest.fixture(params=shells.AVAILABLE.values(), ids=shells.AVAILABLE.keys())
def sh(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param  # type: ignore[no-any-return]


def test_files_of_shells_keep_every_byte_and_their_mode(tmp_path: object, sh: tuple[str, ...]) -> None:
    world = World(f"{tmp_path}/w")
    world.add()
    for name in (".profile", "real"):
        with open(f"{world.home}/{name}", "wb") as file:
            file.write(ODD)
        os.chmod(file.name, 0o640)
    os.symlink("real", f"{world.home}/.bashrc")
    assert world.run(sh=sh).code == 0
    for name in (".profile", "real"):
        with open(f"{world.home}/{name}", "rb") as changed:
            assert changed.read().startswith(ODD + b"\n")
    assert world.run("--uninstall", sh=sh).code == 0
    assert os.path.islink(f"{world.home}/.bashrc")
    for name in (".profile", "real"):
        with open(f"{world.home}/{name}", "rb") as changed:
            assert changed.read() == ODD + b"\n"
        assert stat.S_IMODE(os.stat(f"{world.home}/{name}").st_mode) == 0o640


def test_no_list_of_processes_shows_a_token_given_to_curl(tmp_path: object, sh: tuple[str, ...]) -> None:
    world = World(f"{tmp_path}/w", more=("curl",))
    world.add()
    shown = f"{tmp_path}/shown"
    shells.stub(world.tools, "printf", f'case "$*" in (*s3cret*) : >{shown} ;; esac; exec /usr/bin/printf "$@"')
    with serving(world.files) as server:
        world.base_urls = (server.url,)
        assert world.run(sh=sh, HELLO_TOKEN="s3cret", HELLO_BASE_URL=None).code == 0
        assert server.requests[-1][1] == "Bearer s3cret" and not os.path.exists(shown)


def test_a_folder_that_another_run_made_is_not_removed(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.add()
    mine = f"{tmp_path}/mine"
    shells.stub(
        world.tools,
        "mkdir",
        f'for last; do :; done; /bin/mkdir -p "$last"; : >"$last/kept"; echo "$last" >{mine}; exit 1',
    )
    assert world.run("--version", "2.0", TMPDIR=str(tmp_path)).code == 1
    with open(mine) as file:
        assert os.path.exists(f"{file.read().strip()}/kept")
