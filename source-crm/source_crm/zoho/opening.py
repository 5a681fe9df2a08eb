"""What every run of a stream begins with in Zoho's CRMs: the first STATE, the account it belongs to, the module and its fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from mailsync import instants
from mailsync.airbyte.voice import Voice
from mailsync.errors import ConfigError
from mailsync.zoho import organisation
from mailsync.zoho.api import CrmApi
from mailsync.zoho.fields import Field, has_a_column
from source_crm import columns
from source_crm.module_stream import Request
from source_crm.state import StreamState, check_organisation, load
from source_crm.zoho.connection import Connection

S = TypeVar("S", bound=StreamState)


def opened(kind: type[S], request: Request, connection: Connection, voice: Voice, *, module: str | None = None) -> tuple[CrmApi, S]:
    """The API, telling its waits on this stream, and the state. The first STATE is the one given. Raises ConfigError.

    `module` is the one that the stream is read from, where that is not the stream itself.
    """
    voice.state(request.given)
    state = load(kind, request.given, request.module)
    connection.on_token_wait = voice.waiting
    api = connection.api().telling(voice.waiting)
    account = connection.account_facts()
    check_organisation(state, account.organisation.id, request.module)
    organisation.usable(account.modules, module or request.module)
    return api, state


def is_ahead(state: StreamState, api: CrmApi, voice: Voice) -> bool:
    """Whether the state lies in the vendor's future, where nothing can be read yet; said in the log."""
    ahead = bool(state.upto) and instants.epoch(state.upto) > api.clock.now()
    if ahead:
        voice.warn(f"The state lies in the vendor's future ({state.upto}); nothing is read until then.")
    return ahead


def fields(api: CrmApi, request: Request, voice: Voice) -> tuple[Field, ...]:
    """The module's fields; columns of the catalog that are gone are named in the log. Raises ConfigError where the user sees none."""
    found = organisation.fields(api, request.module)
    if not found:
        raise ConfigError(
            f"{api.product.name} shows no field of the module {request.module} to this user. Give the user's profile access, or leave the stream out."
        )
    gone = sorted(request.columns - {field.api_name for field in found} - set(columns.SCHEMAS))
    if gone:
        voice.warn(f"The CRM no longer has {', '.join(gone)}; the records come without. Refresh the schema when that is meant to stay.")
    return found


def wanted(request: Request, found: Sequence[Field], always: Collection[str]) -> tuple[Field, ...]:
    """Those that the catalog asks for (all where it names none), and those that are `always` read."""
    asked = request.columns
    return tuple(field for field in found if has_a_column(field) and (not asked or field.api_name in asked or field.api_name in always))
