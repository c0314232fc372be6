"""Which musl release first had a symbol: data.

Source: the dynamic symbol tables of libc.so at musl's release tags 1.0.0 to 1.2.6 (x86_64); a name stands at the first
sampled tag that has it, so it may be older than that, never newer. Symbols of musl have no versions: an import of one
of these names is what tells. 1.2.4 dropped the `*64` names of large files, but its loader still finds them for old
binaries. On 32-bit machines 1.2.0 made time_t 64 bits wide, under names that end in 64.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ROWS = """\
1.1.10 getauxval issetugid execvpe malloc_usable_size call_once cnd_broadcast cnd_destroy cnd_init cnd_signal
1.1.10 cnd_timedwait cnd_wait mtx_destroy mtx_init mtx_lock mtx_timedlock mtx_trylock mtx_unlock thrd_create
1.1.10 thrd_current thrd_detach thrd_equal thrd_exit thrd_join thrd_sleep thrd_yield tss_create tss_delete tss_get
1.1.10 tss_set timespec_get recvmmsg sendmmsg c16rtomb c32rtomb mbrtoc16 mbrtoc32
1.1.20 explicit_bzero fopencookie getentropy getrandom memfd_create mlock2 pthread_getattr_default_np
1.1.20 pthread_setattr_default_np pthread_setname_np pthread_timedjoin_np pthread_tryjoin_np sched_getcpu
1.1.24 copy_file_range membarrier name_to_handle_at open_by_handle_at posix_spawn_file_actions_addchdir_np
1.1.24 posix_spawn_file_actions_addfchdir_np secure_getenv
1.2.2 _Fork gettid reallocarray tcgetwinsize tcsetwinsize
1.2.3 pthread_getname_np qsort_r
1.2.5 preadv2 pwritev2 statx
1.2.6 posix_getdents renameat2 __getauxval
"""
_TIME64 = re.compile(r"__\w+64")
OLDEST = (1, 0)
"""What everything else asks for."""

_table: dict[str, tuple[int, ...]] = {}


def first(symbol: str, bits: int) -> tuple[int, ...] | None:
    """The musl that first had it, None for one that was always there (or is none of musl's)."""
    if not _table:
        for row in _ROWS.splitlines():
            release, *names = row.split()
            version = tuple(map(int, release.split(".")))
            _table.update(dict.fromkeys(names, version))
    if bits == 32 and _TIME64.fullmatch(symbol):
        return (1, 2, 0)
    return _table.get(symbol)


def floors(symbols: Iterable[str], bits: int) -> dict[tuple[int, ...], list[str]]:
    """Release -> the symbols that ask for it."""
    found: dict[tuple[int, ...], list[str]] = {}
    for symbol in symbols:
        version = first(symbol, bits)
        if version is not None:
            found.setdefault(version, []).append(symbol)
    return found
