"""Changing a ledger apart from any run: nobody else may be at work on it meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mailsync.ledger.engine import Ledger
from mailsync.ledger.lease import Lease


@contextmanager
def alone(ledger: Ledger, syncs: Iterable[str]) -> Iterator[None]:
    """Hold these syncs' leases. Raises TransientError while one of them is at work; a zombie of theirs cannot commit any more."""
    held: list[Lease] = []
    try:
        for name in sorted(set(syncs)):
            lease = Lease(ledger, name)
            lease.acquire()
            held.append(lease)
        yield
    finally:
        for lease in held:
            lease.release()
