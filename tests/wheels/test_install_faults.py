from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import sys

import pytest

from elfin.edges import disk
from elfin.errors import PlaceError
from elfin.wheels.disk_install import apply, recover
from kit.faults import Killed, fault
from kit.installworld import COMMAND, NAMESPACE, SPAM_1, SPAM_2, World, proper


@pytest.fixture
def world(tmp_path):
    return World(str(tmp_path))


def scenarios(world):
    """name: (removals, installs), after the environment was given what they start from."""
    one = world.install("one", files={**NAMESPACE, "ns/one.py": "1"})
    two = world.install("two", files={**NAMESPACE, "ns/two/x.py": "2"})
    apply(world.environment, [], [one, world.install(files=SPAM_1, entry_points=COMMAND)])
    spam = world.installed("spam")
    return {
        "fresh": ([], [world.install("egg", files={"egg/a/b.py": "", "egg.py": "", "DATA/data/new/x": ""})]),
        "upgrade": ([spam], [world.install(version="2.0", files=SPAM_2)]),
        "downgrade to fewer": ([spam], [world.install(version="0.9", files={"spam.py": ""})]),
        "reinstall": ([spam], [world.install(files=SPAM_1, entry_points=COMMAND)]),
        "remove": ([spam], []),
        "namespace": ([world.installed("one")], [two, world.install("one", "2.0", {**NAMESPACE, "ns/one.py": "11"})]),
    }


MADE = "the change was made, but a power cut may undo it"
SCENARIOS = ("fresh", "upgrade", "downgrade to fewer", "reinstall", "remove", "namespace")


@pytest.mark.parametrize("kind", [errno.ENOSPC, None])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_failure_or_a_kill_at_any_change_is_before_or_after(tmp_path, name, kind):
    world = World(str(tmp_path))
    removals, installs = scenarios(world)[name]
    before = world.picture()
    pristine = f"{tmp_path}/pristine"
    shutil.copytree(world.environment.prefix, pristine, symlinks=True)
    apply(world.environment, removals, installs)
    after = world.picture()
    at = 0
    while True:
        at += 1
        shutil.rmtree(world.environment.prefix)
        shutil.copytree(pristine, world.environment.prefix, symlinks=True)
        told = None
        with fault(at, kind) as met:
            try:
                apply(world.environment, removals, installs)
            except PlaceError as error:
                told = error.state
            except Killed:
                told = None
        if told is not None:
            assert world.picture() == {"nothing was changed": before, MADE: after}[told]
        recover(world.environment)
        assert world.picture() in (before, after), f"{name} at {at}: {met.calls[-1]}"
        assert proper(world)
        if not met.struck:
            break
        apply(world.environment, removals, installs)  # the same command again
        assert world.picture() == after
    assert at > 10


def test_a_recovery_that_is_killed_is_recovered(world, tmp_path):
    removals, installs = scenarios(world)["upgrade"]
    before = world.picture()
    pristine = f"{tmp_path}/pristine"
    shutil.copytree(world.environment.prefix, pristine, symlinks=True)
    with fault(10**6) as met:
        apply(world.environment, removals, installs)
    publish = max(number for number, (call, path) in enumerate(met.calls) if path.endswith("spam-2.0.dist-info")) + 1
    at = 0
    while True:
        at += 1
        shutil.rmtree(world.environment.prefix)
        shutil.copytree(pristine, world.environment.prefix, symlinks=True)
        with fault(publish, None), pytest.raises(Killed):
            apply(world.environment, removals, installs)
        with fault(at, None) as met:
            try:
                recover(world.environment)
            except Killed:
                pass
        recover(world.environment)
        assert world.picture() == before
        if not met.struck:
            break
    assert at > 10


def test_a_recovery_costs_two_looks_when_there_is_nothing(world):
    with fault(1) as met:
        assert recover(world.environment) is False
    assert met.seen == 0


def test_a_real_process_that_is_killed_leaves_before_or_after(world, tmp_path):
    removals, installs = scenarios(world)["upgrade"]
    before = world.picture()
    script = (
        "import os, sys, pickle\n"
        "from elfin.edges import disk_act\n"
        "from elfin.wheels import disk_install\n"
        "left = int(sys.argv[1])\n"
        "def count(name, path):\n"
        "    global left\n"
        "    left -= 1\n"
        "    if left < 0: os.kill(os.getpid(), 9)\n"
        "disk_act.before = count\n"
        "disk_install.apply(*pickle.load(sys.stdin.buffer))\n"
    )
    given = pickle.dumps((world.environment, removals, installs))
    path = os.pathsep.join(sys.path)
    for at in (8, 20, 34):
        ran = subprocess.run(
            [sys.executable, "-c", script, str(at)], input=given, env={"PYTHONPATH": path}, check=False
        )
        assert ran.returncode == -9
        assert recover(world.environment) is True
        assert world.picture() == before


def test_a_failing_flush_after_the_commit_is_told_and_not_undone(world, monkeypatch):
    def fail(path: str) -> None:
        raise PlaceError(f"the disk reported an input/output error at {path}")

    monkeypatch.setattr(disk, "sync_file", fail)
    with pytest.raises(PlaceError) as caught:
        apply(world.environment, [], [world.install()])
    assert caught.value.state == MADE
    assert proper(world)


def test_nothing_is_flushed_if_not_asked_for(world):
    with fault(10**6) as met:
        apply(world.environment, [], [world.install()], durable=False)
    assert not {"sync", "fsync"} & {name for name, _ in met.calls}


def test_everything_is_flushed_before_dist_infos_appear(world):
    install = world.install()
    with fault(10**6) as met:
        apply(world.environment, [], [install])
    calls = [name for name, _ in met.calls]
    assert calls.count("sync") == 1
    publish = next(n for n, (name, path) in enumerate(met.calls) if name == "rename" and path.endswith(".dist-info"))
    assert calls.index("sync") < publish
    assert {"link", "create"}.isdisjoint(calls[calls.index("sync") :])
    assert "fsync" in calls[publish:]
