"""The twelve defects that were reproduced in another generator's script come out right here.

B1 to B12 are those of the study behind issue 6.
"""

from __future__ import annotations

import json
import os

import pytest

from kit import shells, simhost
from kit.installerworld import GNU, MUSL, World, says


@pytest.fixture
def world(tmp_path: object) -> World:
    return World(f"{tmp_path}/w")


@pytest.mark.parametrize(("printed", "target"), [("0", "x86_64-apple-darwin"), ("1", "aarch64-apple-darwin")])
def test_b1_an_intel_mac_whose_sysctl_prints_zero_stays_one(world: World, printed: str, target: str) -> None:
    for arch in ("x86_64", "aarch64"):
        one = world.add(f"{arch}-apple-darwin", arch=arch)
        world.artifacts[-1] = one._replace(needs=(one.needs[0]._replace(os="macos", libc=None),))
    shells.stub(world.tools, "uname", "case $1 in (-s) echo Darwin ;; (-m) echo x86_64 ;; esac")
    shells.stub(world.tools, "sysctl", f"echo {printed}")
    assert world.chosen()[0] == target


def test_b2_a_library_beside_the_program_does_not_fail_a_fresh_install(world: World) -> None:
    world.add(more={"hello-1.0/libhello.so": b"x"})
    assert world.run().code == 0 and world.leftovers() == []


def test_b3_without_ldd_a_glibc_place_is_one(world: World) -> None:
    world.add(GNU, floor=(2, 28), loader=simhost.LOADER)
    world.add()
    world.stand_in(simhost.GLIBC_228)
    assert not os.path.exists(f"{world.tools}/ldd")
    assert world.chosen() == [GNU, MUSL]


@pytest.mark.parametrize("tool", ["cut", "grep", "head", "tr", "tail", "find", "timeout", "readlink", "ls", "id", "od"])
def test_b4_no_small_tool_is_indispensable(tmp_path: object, tool: str) -> None:
    world = World(f"{tmp_path}/w", tool)
    world.add()
    ran = world.run()
    assert ran.code == 0 and world.says() == f"hello 1.0 {MUSL}", ran


@pytest.mark.parametrize(
    "name", ["a,b", "a&b", "a\\b", "a b", "a'b", 'a"b', "a$b", "a*b", "ä", "-n", "%s", "a`b`", "a\\nb"]
)
def test_b5_a_home_of_any_name_gets_a_true_receipt_and_a_line_for_path_that_works(world: World, name: str) -> None:
    world.add()
    world.home = f"{world.folder}/{name}"
    os.makedirs(world.home)
    ran = world.run(HOME=world.home)
    assert ran.code == 0, ran
    with open(f"{world.home}/.config/hello/hello-receipt.json") as file:
        receipt = json.load(file)
    assert receipt["files"] == [world.installed()] and world.says() == f"hello 1.0 {MUSL}"
    login = shells.run(
        ("dash",),
        "-c",
        '. "$HOME/.profile"; hello',
        variables={"HOME": world.home, "PATH": "/bin:/usr/bin"},
        folder="/",
    )
    assert login.out == f"hello 1.0 {MUSL}\n", login
    assert world.run("--uninstall", HOME=world.home).code == 0
    assert not os.path.exists(world.installed())


def test_b6_without_home_the_password_file_tells_or_the_user_has_to(world: World) -> None:
    world.add()
    ran = world.run(HOME=None, HELLO_INSTALL_DIR=f"{world.folder}/bin", XDG_CONFIG_HOME=f"{world.folder}/config",
                    HELLO_NO_MODIFY_PATH="1")  # fmt: skip
    assert ran.code == 0 and "parameter not set" not in ran.err
    shells.stub(world.tools, "id", "echo 987654321")
    ran = world.run(HOME=None)
    assert ran.code == 1 and "set HELLO_INSTALL_DIR" in ran.err


def test_b7_an_unwritable_home_does_not_fail_an_install_elsewhere(world: World) -> None:
    world.add()
    with open(f"{world.folder}/file", "w"):
        pass
    ran = world.run(HOME=f"{world.folder}/file", HELLO_INSTALL_DIR=f"{world.folder}/bin", SHELL="/bin/fish")
    assert ran.code == 0, ran
    assert "no receipt could be written" in ran.err and ".profile could not be changed" in ran.err


def test_b8_nothing_is_left_behind_when_it_fails(world: World) -> None:
    world.add(programs={"hello": says("no", 3)})
    ran = world.run()
    assert ran.code == 1 and os.listdir(world.home) == []


def test_b9_archives_are_opened_by_an_explicit_decompressor(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w", "tar", more=("busybox",))
    os.symlink(f"{world.tools}/busybox", f"{world.tools}/tar")
    world.add()
    world.add(GNU, kind="tar.xz")
    assert world.run().code == 0


@pytest.mark.parametrize("sh", shells.AVAILABLE.values(), ids=shells.AVAILABLE)
def test_b10_every_shell_edits_every_file(world: World, sh: tuple[str, ...]) -> None:
    world.add()
    for name in (".bashrc", ".bash_profile", ".zshrc"):
        with open(f"{world.home}/{name}", "w") as file:
            file.write("# no line break at the end")
    ran = world.run(sh=sh, SHELL="/usr/bin/fish")
    assert ran.code == 0 and not ran.err, ran
    for name in (".bashrc", ".bash_profile", ".zshrc", ".config/fish/conf.d/hello.fish"):
        with open(f"{world.home}/{name}") as file:
            assert file.read().splitlines()[-1].endswith("# added by the hello installer"), name
    assert not os.path.exists(f"{world.home}/.profile")
    assert world.run("--uninstall", sh=sh).code == 0
    for name in (".bashrc", ".bash_profile", ".zshrc"):
        with open(f"{world.home}/{name}") as file:
            assert file.read() == "# no line break at the end\n"
    assert not os.path.exists(f"{world.home}/.config/fish/conf.d/hello.fish")


def test_b11_https_stays_https_and_has_time_limits(world: World) -> None:
    world.add(published=False)
    world.base_urls = ("https://example.invalid/hello",)
    log = f"{world.folder}/curl.log"
    shells.stub(world.tools, "curl", f'case $* in (*--version*) exit 0 ;; esac\nprintf "%s\\n" "$*" >>{log}\nexit 6')
    shells.stub(world.tools, "sleep", ":")
    assert world.run(HELLO_BASE_URL=None).code == 1
    with open(log) as file:
        sent = file.read()
    assert "--proto =https --tlsv1.2" in sent and "--connect-timeout" in sent and "--speed-time" in sent
    shells.stub(
        world.tools,
        "curl",
        f'case $* in (*--proto*) exit 2 ;; (*--version*) exit 0 ;; esac\nprintf "%s\\n" "$*" >{log}\nexit 6',
    )
    assert world.run(HELLO_BASE_URL=None).code == 1
    with open(log) as file:
        assert "--proto" not in file.read()


def test_b12_github_path_is_written_also_when_the_folder_is_on_path(world: World) -> None:
    world.add()
    listed = f"{world.folder}/github"
    for _ in range(2):
        path = f"{world.home}/.local/bin:{world.tools}"
        assert world.run(PATH=path, GITHUB_PATH=listed).code == 0
    with open(listed) as file:
        assert file.read() == f"{world.home}/.local/bin\n"
    assert not os.path.exists(f"{world.home}/.profile")
