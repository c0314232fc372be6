"""The transaction: distributions out of and into an environment, all of them or none.

Order: read and decide everything; write the journal and flush it; move what leaves aside; make folders and link files;
finish the new dist-info folders beside; flush everything with one syncfs; rename the dist-info folders in; commit by
renaming the journal's folder; delete what was moved aside. Whoever comes later and finds a journal undoes it, or after
the commit finishes the deleting. So a kill at any moment leaves each distribution as before or as after.

A distribution counts as installed when its dist-info is there, and that appears last and disappears first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from elfin.edges import disk
from elfin.envs.model import Environment, InstalledDistribution
from elfin.errors import ElfinError, PlaceError
from elfin.record import NamedTuple
from elfin.wheels import journal as journals
from elfin.wheels.disk_prepare import Prepared, prepare
from elfin.wheels.model import Install

FOLDER = ".elfin-transaction"
"""Below the environment's purelib: on the file system of most of its files."""
_DONE = FOLDER + ".gone"
_LOCK = ".elfin-lock"

_Say = Callable[[str], None]


class Applied(NamedTuple):
    """What a transaction did."""

    installed: int
    removed: int
    files: int
    """Files that were linked or copied."""
    link_mode: str
    """"reflink", "hardlink", "copy" or "symlink"; "" when no file was."""


def apply(
    environment: Environment,
    removals: Sequence[InstalledDistribution],
    installs: Sequence[Install],
    *,
    link_mode: str | None = None,
    durable: bool = True,
    progress: _Say | None = None,
    lock_timeout: float | None = None,
    on_wait: _Say | None = None,
) -> Applied:
    """Take `removals` out of the environment and put `installs` in, as one change.

    An upgrade is a removal and an install. `link_mode`: see `edges.disk.link`. `durable` False leaves flushing to the
    kernel: a power cut may then damage what was installed. `progress` hears the name of each stage as it begins.
    `lock_timeout` in seconds (None waits for ever), `on_wait` hears who is waited for.
    Raises Refused for collisions (before anything is written), PlaceError; the environment is then as before.
    """
    say = progress or _silent
    with _locked(environment, lock_timeout, on_wait):
        say("recover")
        _recover(environment.scheme.purelib)
        if not removals and not installs:
            return Applied(0, 0, 0, "")
        say("plan")
        prepared = prepare(environment, removals, installs)
        try:
            mode = _run(environment.scheme.purelib, prepared, link_mode, durable, say)
        except BaseException as error:
            _undo(environment.scheme.purelib, error)
            raise
        say("clean")
        try:
            _clean(environment.scheme.purelib)
        except PlaceError:
            pass  # all is installed; the next command deletes the rest
    files = sum(len(batch.pairs) for batch in prepared.batches)
    return Applied(len(installs), len(removals), files, mode if files else "")


def recover(environment: Environment, *, lock_timeout: float | None = None, on_wait: _Say | None = None) -> bool:
    """Undo or finish what an interrupted transaction left; True if there was something. Two looks when there is not.

    Raises PlaceError.
    """
    site = environment.scheme.purelib
    if not os.path.lexists(f"{site}/{FOLDER}") and not os.path.lexists(f"{site}/{_DONE}"):
        return False
    with _locked(environment, lock_timeout, on_wait):
        return _recover(site)


@contextmanager
def _locked(environment: Environment, timeout: float | None, on_wait: _Say | None) -> Iterator[None]:
    """The environment's lock. Folders that are no environments of ours do not keep its file."""
    site = environment.scheme.purelib
    disk.make_folder(site)
    path = f"{environment.prefix if environment.kind == 'venv' else site}/{_LOCK}"
    with disk.locked(path, timeout=timeout, on_wait=on_wait):
        try:
            yield
        finally:
            if environment.kind != "venv":
                disk.remove_file(path)


def _run(site: str, prepared: Prepared, link_mode: str | None, durable: bool, say: _Say) -> str:
    transaction = f"{site}/{FOLDER}"
    say("journal")
    disk.make_folder(transaction)
    disk.make_folders(transaction, ["old", "new"])
    journal = journals.Journal(tuple(prepared.moved), tuple(prepared.new))
    disk.write(f"{transaction}/journal", journals.render(journal), durable=durable)
    say("remove")
    _move_aside(prepared, transaction)
    say("folders")
    for root, folders in prepared.folders:
        disk.make_folder(root)
        disk.make_folders(root, folders, threads=2)
    disk.make_folders(f"{transaction}/new", prepared.dist_info_folders)
    say("link")
    mode = disk.link_many(prepared.located(transaction), link_mode, threads=2)
    say("records")
    for made, root in prepared.written:
        disk.create(f"{root}/{made.path}", made.data, mode=0o755 if made.executable else 0o644)
    for number, plan in enumerate(prepared.plans):
        for made in plan.dist_info_written:
            disk.create(f"{transaction}/new/{number}/{made.path}", made.data)
    if durable:
        say("sync")
        disk.sync(site)
    say("publish")
    for number, plan in enumerate(prepared.plans):
        disk.rename(f"{transaction}/new/{number}", plan.dist_info)
    disk.rename(transaction, f"{site}/{_DONE}")
    if durable:
        disk.sync_file(site)
    return mode


def _move_aside(prepared: Prepared, transaction: str) -> None:
    for number, path in enumerate(prepared.moved):
        disk.rename(path, f"{transaction}/old/{number}")
    for folder in prepared.emptied:  # deepest first
        disk.remove_folder_if_empty(folder)


def _undo(site: str, error: BaseException) -> None:
    """After a failure: back to before. What cannot be undone now is undone by the next command."""
    committed = os.path.lexists(f"{site}/{_DONE}")
    state = "the change was made, but a power cut may undo it" if committed else "nothing was changed"
    try:
        _recover(site)
    except PlaceError:
        state = "the environment is half changed; the next command that changes it will undo that first"
    if isinstance(error, ElfinError) and error.state is None:
        error.state = state


def _recover(site: str) -> bool:
    transaction = f"{site}/{FOLDER}"
    found = _clean(site)
    try:
        with open(f"{transaction}/journal", "rb") as stream:
            journal = journals.parse(stream.read())
    except FileNotFoundError:
        if not os.path.lexists(transaction):
            return found
        journal = journals.Journal((), ())  # killed before it was written: nothing was done yet
    except OSError as error:
        raise disk.place_error(error, transaction) from error
    _roll_back(journal, transaction)
    disk.rename(transaction, f"{site}/{_DONE}")
    _clean(site)
    return True


def _roll_back(journal: journals.Journal, transaction: str) -> None:
    """Can be killed and run again: each step looks whether it is still to be done."""
    aside = {path: f"{transaction}/old/{number}" for number, path in enumerate(journal.moved)}
    unmoved = {path for path, kept in aside.items() if not os.path.lexists(kept)}
    for number, path in enumerate(journal.new):
        if path not in unmoved:
            _withdraw(path, f"{transaction}/new-{number}")
    for number, (path, kept) in enumerate(aside.items()):
        if path not in unmoved:
            _withdraw(path, f"{transaction}/old-{number}")
            disk.make_folder(os.path.dirname(path))
            disk.rename(kept, path)


def _withdraw(path: str, aside: str) -> None:
    """Take away what the transaction put at `path`, whole: into the journal's folder, which goes with all in it."""
    if not os.path.lexists(path):
        return
    try:
        disk.rename(path, aside)
    except PlaceError:
        disk.remove(path)  # on another file system


def _clean(site: str) -> bool:
    """Delete what a finished transaction put aside."""
    path = f"{site}/{_DONE}"
    if not os.path.lexists(path):
        return False
    disk.remove(path)
    return True


def _silent(_: str) -> None:
    pass
