"""Many audits by an executor: values that pickle, answers in order, failures as answers."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from elfin.flows import audit
from elfin.flows.audit_many import Done, audit_many
from elfin.flows.context import Context
from kit.indexserver import IndexServer
from kit.wheelsofelf import dynamic, put, static

TOOL = "DATA/scripts/tool"


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name, value in {"HOME": tmp_path, "ELFIN_CACHE_DIR": tmp_path / "cache", "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, str(value))
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or (name.lower().endswith("_proxy") and name != "NO_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Context.open({})


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Three wheels, something broken, nothing at all."""
    made = [put(tmp_path, f"py3-none-manylinux_2_{minor}_x86_64", {TOOL: dynamic(f"2.{minor}")}) for minor in (28, 31)]
    made.append(put(tmp_path, "py3-none-musllinux_1_1_x86_64", {TOOL: static()}))
    (tmp_path / "broken-1.0-py3-none-any.whl").write_bytes(b"PK\3\4nothing")
    return [*(path.name for path in made), "broken-1.0-py3-none-any.whl", "missing.whl"]


def told(found: Iterator[Done]) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(one.path, tuple(tag for report in one.reports for tag in report.earned.tags), one.error is None)
            for one in found]  # fmt: skip


def test_processes_say_what_one_process_says(context: Context, paths: list[str]) -> None:
    here = told(audit_many(context, paths))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert told(audit_many(context, paths, executor)) == here
    assert [one[0] for one in here] == paths
    assert here[0][1] == ("manylinux_2_28_x86_64",) and len(here[2][1]) == 3
    assert [one[2] for one in here] == [True, True, True, False, False]


def test_files_of_an_index_are_audited_by_workers(context: Context, paths: list[str], tmp_path: Path) -> None:
    files = {name: (tmp_path / name).read_bytes() for name in paths[:3]}
    with IndexServer({"tool": files}) as server:
        url = f"{server.root}/files/tool/{paths[0]}"
        context.point_index(index_url=context.settings.index_url._replace(value=server.url, origin="test"))
        listing = context.index.listing("tool")
        assert listing is not None
        wheels = list(listing.files(0))
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
            found = list(audit_many(context, [*wheels, url], executor))
    assert [one.error for one in found] == [None] * 4
    assert {one.path for one in found[:3]} == set(paths[:3])
    assert {"manylinux_2_28_x86_64"} in [set(one.reports[0].earned.tags) for one in found]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_worker_keeps_its_connection(context: Context, paths: list[str], tmp_path: Path, workers: int) -> None:
    callers = set()
    with IndexServer({"tool": {name: (tmp_path / name).read_bytes() for name in paths[:3]}}) as server:
        seen = server._answer
        server._answer = lambda exchange: (callers.add(exchange.caller), seen(exchange))  # type: ignore[assignment,func-returns-value]
        urls = [f"{server.root}/files/tool/{name}" for name in paths[:3]] * 2
        executor = ThreadPoolExecutor(workers) if workers else None
        assert [one.error for one in audit_many(context, urls, executor)] == [None] * 6
        if executor is not None:
            executor.shutdown()
    assert len(callers) <= max(workers, 1)


def test_what_is_no_address_is_an_answer_too(context: Context) -> None:
    (found,) = audit_many(context, ["ftp://somewhere/tool-1.0-py3-none-any.whl"])
    assert found.error is not None and "no address" in found.error


def test_answers_are_judged_where_they_were_asked_for(context: Context, paths: list[str]) -> None:
    from elfin.flows.audit_places import Site

    found = audit_many(context, paths[:3])
    answer = audit.judged((one for done in found for one in done.reports), [Site(context, "debian:11")])
    assert [one.judged[0].verdict.runs for one in answer.audited] == [True, True, True]
    assert answer.advice


def test_answers_pickle_and_stay_themselves(context: Context, paths: list[str]) -> None:
    for one in audit_many(context, paths):
        assert pickle.loads(pickle.dumps(one)) == one


class Counting(Executor):
    """Runs at once, and knows how many answers nobody has taken yet."""

    def __init__(self) -> None:
        self.handed = 0

    def submit(self, work, /, *arguments, **named):  # type: ignore[no-untyped-def]
        self.handed += 1
        future: Future[object] = Future()
        future.set_result(work(*arguments, **named))
        return future


def test_a_whole_index_is_not_handed_over_at_once(context: Context, paths: list[str]) -> None:
    executor = Counting()
    found = audit_many(context, (paths[0] for _ in range(10_000)), executor)
    for _ in range(3):
        next(found)
    assert executor.handed <= 300


def test_dask_takes_it_as_an_executor(context: Context, paths: list[str]) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert told(audit_many(context, paths, client.get_executor())) == told(audit_many(context, paths))
