"""What people will read, as far as it can be looked at before: its length, and merge tags that no mapped field fills."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailsync.errors import ConfigError, VendorUnavailable
from mailsync.http import Http
from mailsync.launches.launcher import LauncherTraits
from mailsync.launches.plan import Launch, Then
from mailsync.loopback import checked_base_url


@dataclass(frozen=True, slots=True)
class Content:
    """`tags`: (name, whether the text itself says what stands there when the value is missing). `length` in characters."""

    length: int
    tags: frozenset[tuple[str, bool]]


def fetched(url: str) -> str:
    """The page that the vendor will fetch. Raises ConfigError where it is not to be had."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    base = checked_base_url("content_page", f"{scheme}://{host}")
    try:
        answer = Http("The site of content_page").call("GET", base, slash + path)
    except VendorUnavailable as error:
        raise ConfigError(f"The page of content_page cannot be fetched ({type(error).__name__}). The mailing tool has to fetch it, too.") from None
    if answer.status != 200:
        raise ConfigError(f"The page of content_page answers HTTP {answer.status}. The mailing tool has to fetch it, too.")
    return answer.body.decode("utf-8", "replace")


def problems_of(content: Content | None, launch: Launch, traits: LauncherTraits) -> tuple[str, list[str]]:
    """What forbids to go on, empty where nothing does, and what is to be said."""
    if content is None:
        return "", []
    if traits.longest_content is not None and content.length > traits.longest_content:
        return f"its content has {content.length:,} characters; {traits.label} takes {traits.longest_content:,}.", []
    known = {plain(one) for one in (*launch.filled, *launch.other_tags, *traits.own_tags)}
    unfilled = sorted(name for name, has_default in content.tags if plain(name) not in known and not has_default)
    defaulted = sorted(name for name, has_default in content.tags if plain(name) not in known and has_default)
    warnings = [f"Launch {launch.key}: no mapped field fills {_named(defaulted)}; everybody reads what the text gives instead."] if defaulted else []
    if not unfilled:
        return "", warnings
    text = f"no mapped field fills {_named(unfilled)} of its subject or content. Map the field, or name it in other_tags if {traits.label} fills it."
    return ("", [*warnings, f"Launch {launch.key}: {text}"]) if launch.then is Then.DRAFT else (text, warnings)


def plain(name: str) -> str:
    """A tag's or field's name without case and marks: `First Name`, `FIRST_NAME` and `first_name` are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _named(tags: Iterable[str]) -> str:
    return ", ".join(tags)
