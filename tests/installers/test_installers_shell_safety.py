"""What install.sh must never do: run a text of the release, act on a part of itself, leave no program where one was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from elfin.errors import MalformedRelease
from elfin.installers import manifest, shell
from elfin.installers.model import Layout, Release
from kit import choice_vectors, hostile_manifests, shells
from kit.installerworld import GNU, MUSL, World, archive, says

OTHERS = {name: command for name, command in shells.AVAILABLE.items() if name != "dash"}


def hostile_release(text: str, digest: str) -> Release | None:
    """The release of a hostile manifest with no grammar asked of its texts, None where it is not even a release."""
    value = json.loads(text)
    one = value["artifacts"][0]
    one["needs"][0]["libc"] = one["needs"][0]["libc_floor"] = one["loader"] = None
    if one["sha256"] == "0" * 64:
        one["sha256"] = digest
    try:
        return manifest._release(value)
    except MalformedRelease:
        return None


def hostile_scripts(digest: str) -> list[tuple[str, str]]:
    """(what is hostile, script) of every hostile manifest that a script can be made of."""
    found = []
    for what, text in hostile_manifests.manifests(500):
        release = hostile_release(text, digest)
        try:
            if release is not None:
                found.append((what, shell.script(release)))
        except MalformedRelease:
            pass
    return found


def harm(folder: str, command: tuple[str, ...], script: str, data: bytes) -> list[str]:
    """Runs a hostile script to its end in folders of its own. Returns what it did that it must not."""
    world = World(folder)
    with open(f"{world.files}/hello.tar.gz", "wb") as file:
        file.write(data)
    for name in ("touch", "New-Item"):
        shells.stub(world.tools, name, f"echo executed >>{folder}/canary")
    inside = f"{folder}/home/inside"
    os.makedirs(inside)
    with open(f"{inside}/install.sh", "w") as file:
        file.write(script)
    os.makedirs(f"{folder}/home/root")
    variable = script.split("_TARGET-}", 1)[0].rpartition("${")[2]
    ran = shells.run(
        command, "install.sh", folder=inside,
        variables={"PATH": world.tools, "HOME": world.home, f"{variable}_BASE_URL": world.files,
                   f"{variable}_INSTALLER_ROOT": f"{folder}/home/root"},
    )  # fmt: skip
    outside = sorted(set(os.listdir(folder)) - {"files", "home", "tools"})
    shown = ["control characters on the terminal"] if any(c in ran.out + ran.err for c in "\x1b\x07\x00") else []
    wild = ["a syntax error"] if "yntax" in ran.err or "nexpected" in ran.err else []
    if outside == ["hello"] and "'$HOME" not in script and "'/.." in script:
        outside = []  # the release says that programs go to the folder above the home
    return outside + shown + wild + [name for name in os.listdir(inside) if name != "install.sh"]


def good_archive() -> bytes:
    return archive({"hello-1.0/hello": says("hello")})


@pytest.mark.slow
def test_hostile_manifests_execute_nothing_in_dash(tmp_path: object) -> None:
    data = good_archive()
    scripts = hostile_scripts(hashlib.sha256(data).hexdigest())
    assert len(scripts) > 250, "the rest is refused before there is a script"
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            (what, pool.submit(harm, f"{tmp_path}/{number}", shells.AVAILABLE["dash"], script, data))
            for number, (what, script) in enumerate(scripts)
        ]
        assert [(what, job.result()) for what, job in jobs if job.result()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_fifty_hostile_manifests_execute_nothing_in_other_shells(tmp_path: object, name: str) -> None:
    data = good_archive()
    scripts = hostile_scripts(hashlib.sha256(data).hexdigest())
    for number, (what, script) in enumerate(scripts[:: len(scripts) // 50][:50]):
        assert harm(f"{tmp_path}/{number}", OTHERS[name], script, data) == [], what


def test_a_harmful_script_would_be_noticed(tmp_path: object) -> None:
    script = "# ${HELLO_TARGET-}\ntouch canary\nprintf '\\033'\nif\n"
    assert len(harm(f"{tmp_path}/x", ("dash",), script, b"")) == 3


def test_what_no_script_may_hold_is_refused() -> None:
    release = choice_vectors.release(choice_vectors.KINDS[:2])
    for wrong in (
        release._replace(app="a/b"), release._replace(version=".."), release._replace(homepage="a\nb"),
        release._replace(base_urls=("\x00",)), release._replace(probe=("\udc80",)), release._replace(app="-x"),
        release._replace(artifacts=(release.artifacts[0]._replace(format="rar"),)),
        release._replace(layout=Layout("tree", ("a\x1bb",))),
    ):  # fmt: skip
        with pytest.raises(MalformedRelease):
            shell.script(wrong)


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="no shellcheck")
def test_generated_scripts_are_clean_to_shellcheck(tmp_path: object) -> None:
    kinds = choice_vectors.KINDS
    paths = []
    for number in range(20):
        release = choice_vectors.release(
            kinds[: number + 1] if number % 2 else kinds[-number - 1 :], f"my-app.{number}"
        )
        release = release._replace(
            layout=Layout("tree", ("bin/a'b",)) if number % 3 == 0 else release.layout,
            probe=() if number % 4 == 0 else ("--version", "a b"),
            install_dirs=("$X_DIR", "/opt/it's", "$HOME/b"),
        )
        paths.append(f"{tmp_path}/{number}.sh")
        with open(paths[-1], "w") as file:
            file.write(shell.script(release))
    done = subprocess.run(["shellcheck", "-S", "style", *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def tattling(world: World) -> str:
    """Makes every tool write down that it was called. Returns where."""
    log = f"{world.folder}/called"
    for name in (*shells.TOOLS, "uname", "curl", "wget"):
        shells.stub(world.tools, name, f"echo {name} >>{log}")
    return log


SHORTER = """
text=$1
shift
left=${#text}
while [ -n "$text" ]; do
    text=${text%?} left=$((left - 1))
    [ -z "$STRIDE" ] || [ "$left" -lt 700 ] || [ "$left" -gt "$STRIDE" ] || text=${text%??????} left=$((left - 6))
    (eval "$text") >/dev/null 2>&1
done
"""


@pytest.mark.slow
def test_a_script_cut_off_at_any_byte_does_nothing_in_dash(tmp_path: object) -> None:
    """In one dash, which forks for each length: every shorter text is evaluated, one character less each time.

    That takes a minute, so it is done with ELFIN_EVERY_BYTE=1 in the environment; else the middle goes by sevens.
    """
    world = World(f"{tmp_path}/w")
    world.add()
    with open(world.script()) as file:
        text = file.read()
    log = tattling(world)
    stride = "" if os.environ.get("ELFIN_EVERY_BYTE") else str(len(text) - 700)
    variables = {**world.variables, "STRIDE": stride}
    ran = shells.run(("dash", "-c", SHORTER, "x"), text.rstrip(), variables=variables, folder=world.folder, limit=600)
    assert ran.code == 0 and not os.path.exists(log) and os.listdir(world.home) == []
    shells.run(("dash", "-c", 'text=$1; shift; eval "$text"', "x"), text, variables=variables, folder=world.folder)
    assert os.path.exists(log), "it would have been seen"


@pytest.mark.slow
@pytest.mark.parametrize("name", shells.AVAILABLE)
def test_a_script_cut_off_at_300_places_does_nothing_in_any_shell(tmp_path: object, name: str) -> None:
    world = World(f"{tmp_path}/w")
    world.add()
    with open(world.script()) as file:
        text = file.read().rstrip()
    log = tattling(world)
    for number in range(300):
        length = (len(text) - 1) * number // 299
        shells.run(shells.AVAILABLE[name], variables=world.variables, folder=world.folder, stdin=text[:length])
    assert not os.path.exists(log) and os.listdir(world.home) == []
    shells.run(shells.AVAILABLE[name], variables=world.variables, folder=world.folder, stdin=text)
    assert os.path.exists(log), "it would have been seen"


WRAPPER = """
echo {name} >>{folder}/count
count=0
while read -r name; do count=$((count + 1)); done <{folder}/count
read -r fatal <{folder}/fatal
[ "$count" -ne "$fatal" ] || {{
    {before}
    kill -{signal} 0
    exec {sleep} 9
}}
exec {real} "$@"
"""


def stepping(world: World, signal_name: str, when: str) -> None:
    """Makes the call of a tool whose number the file `fatal` holds end the installer and all it has started."""
    os.remove(f"{world.tools}/timeout")
    for name in shells.TOOLS:
        real = shutil.which(name)
        if real is not None and name not in ("sleep", "timeout", "sh"):
            text = WRAPPER.format(
                name=name, folder=world.folder, before=f'{real} "$@"' if when == "behind" else ":", signal=signal_name,
                sleep=shutil.which("sleep"), real=real,
            )  # fmt: skip
            shells.stub(world.tools, name, text)


def step(world: World, number: int) -> int:
    """Runs the installer up to that call. Returns how many calls there were."""
    for name, text in (("count", ""), ("fatal", f"{number}\n")):
        with open(f"{world.folder}/{name}", "w") as file:
            file.write(text)
    subprocess.run(["/bin/dash", f"{world.folder}/install.sh", "-q"], env=world.variables, cwd=world.folder,
                   check=False, start_new_session=True, capture_output=True, timeout=60)  # fmt: skip
    with open(f"{world.folder}/count") as file:
        return len(file.readlines())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "signal_name", "when"),
    [
        ("programs", "KILL", "before"),
        ("programs", "TERM", "behind"),
        ("tree", "KILL", "behind"),
        ("tree", "TERM", "before"),
    ],
)
def test_killed_at_any_step_the_old_or_the_new_program_runs(
    tmp_path: object, kind: str, signal_name: str, when: str
) -> None:
    world = World(f"{tmp_path}/w")
    if kind == "tree":
        world.layout = Layout("tree", ("hello",))
    world.add(programs={"hello": says("old")})
    assert world.run().code == 0
    world.artifacts.clear()
    world.version = "2.0"
    world.add(programs={"hello": says("new")})
    world.script()
    stepping(world, signal_name, when)
    world.variables["HELLO_INSTALLER_ROOT"] = f"{world.folder}/nowhere"
    seen = []
    shutil.copytree(world.home, f"{world.folder}/before", symlinks=True)
    calls = step(world, 999)
    for number in range(1, calls + 3):
        shutil.rmtree(world.home)
        shutil.copytree(f"{world.folder}/before", world.home, symlinks=True)
        step(world, number)
        seen.append(world.says())
        assert seen[-1] in ("old", "new"), number
        if signal_name == "TERM":
            assert world.leftovers() == [], number
    assert calls > 15 and {*seen} == {"old", "new"} and seen[-1] == "new"


@pytest.mark.parametrize("kind", ["programs", "tree"])
def test_four_at_once_all_end_well(tmp_path: object, kind: str) -> None:
    world = World(f"{tmp_path}/w")
    if kind == "tree":
        world.layout = Layout("tree", ("hello",))
    world.add()
    script = world.script()
    running = [subprocess.Popen(["/bin/dash", script, "-q"], env=world.variables, cwd=world.folder) for _ in range(4)]
    assert [one.wait(60) for one in running] == [0, 0, 0, 0]
    assert world.says() == f"hello 1.0 {MUSL}" and world.leftovers() == []
    if kind == "tree":
        assert_trees(world, 4)


def assert_trees(world: World, count: int) -> None:
    """Each tree has a name of its own, and none lies in another."""
    data = f"{world.home}/.local/share/hello"
    assert sorted(os.listdir(data)) == ["1.0", *(f"1.0.{number}" for number in range(2, count + 1))]
    assert all(os.listdir(f"{data}/{name}") == ["hello"] for name in os.listdir(data))


def test_a_tree_whose_name_is_taken_at_the_last_moment_gets_another(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.layout = Layout("tree", ("hello",))
    world.add()
    data = f"{world.home}/.local/share/hello"
    # Whoever else installs is faster by just that one move.
    shells.stub(
        world.tools, "mv",
        f'data="{data}"\n'
        'case $* in (*"$data/") [ -d "$data/1.0" ] || { mkdir "$data/1.0"; >"$data/1.0/hello"; } ;; esac\n'
        'exec /bin/mv "$@"',
    )  # fmt: skip
    assert world.run().code == 0
    assert world.says() == f"hello 1.0 {MUSL}"
    assert_trees(world, 2)


def test_an_interruption_is_told_wherever_it_comes(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.add(programs={"hello": says("old")})
    assert world.run().code == 0
    shells.stub(world.tools, "mv", 'kill -TERM $PPID\nexec /bin/mv "$@"')
    ran = world.run()
    assert ran.code == 143 and ran.err == "error: interrupted; nothing was changed\n" and world.says() == "old"


def test_a_failing_second_program_puts_the_first_back(tmp_path: object) -> None:
    world = World(f"{tmp_path}/w")
    world.add(programs={"hello": says("old"), "hellox": says("old")})
    assert world.run().code == 0
    world.artifacts.clear()
    world.add(GNU, programs={"hello": says("new"), "hellox": says("new"), "hellod": says("new")}, floor=(2, 2))
    os.makedirs(f"{world.home}/.local/bin/hellod/x")
    ran = world.run()
    assert ran.code == 1 and "hellod is a folder" in ran.err
    assert (world.says(), world.says("hellox")) == ("old", "old") and world.leftovers() == []
