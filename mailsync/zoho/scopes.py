"""Whether a grant covers the scopes that calls need."""

from __future__ import annotations

from collections.abc import Iterable


def missing(granted: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Which of the needed scopes no granted one covers. An empty grant (older token answers do not tell it) misses nothing."""
    known = frozenset(granted)
    return [scope for scope in needed if known and not _covered(scope, known)]


def _covered(scope: str, granted: frozenset[str]) -> bool:
    """`ZohoCRM.settings.ALL` covers `ZohoCRM.settings.fields.READ`; a single module's scope covers modules as far as that module goes."""
    parts = scope.split(".")
    wider = {".".join((*parts[:cut], operation)) for cut in range(1, len(parts)) for operation in ("ALL", parts[-1])}
    if wider & granted:
        return True
    modules = f"{parts[0]}.modules."
    return scope.startswith(modules) and any(grant.startswith(modules) and grant.rsplit(".", 1)[1] in ("ALL", parts[-1]) for grant in granted)
