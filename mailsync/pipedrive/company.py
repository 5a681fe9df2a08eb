"""The company behind the credentials and its users (docs/systems/pipedrive.md#authentication)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailsync.errors import AuthError, VendorUnavailable
from mailsync.pipedrive.api import PipedriveApi
from mailsync.pipedrive.endpoints import LIST_V1


@dataclass(frozen=True, slots=True)
class Company:
    """`id` tells accounts apart: a state that carries another one belongs to another account. `admin_of`: the apps the user administers."""

    id: str
    domain: str
    user_id: int
    admin_of: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Whether the user administers contacts; whoever does not sees only what is visible to them."""
        return "global" in self.admin_of


def company(api: PipedriveApi) -> Company:
    """Who we are; 2 tokens. Raises AuthError where `company_domain` names another company."""
    me = api.get_v1("/users/me")
    if not isinstance(me, Mapping) or not me.get("company_id"):
        raise VendorUnavailable("Pipedrive did not say which company the credentials belong to.")
    domain, wanted = str(me.get("company_domain") or ""), api.account.credentials.company_domain
    if wanted and domain and wanted != domain.lower():
        raise AuthError(
            f"company_domain is {wanted}, and the credentials belong to {domain}. Set company_domain to {domain}, or use its credentials."
        )
    return Company(str(me["company_id"]), domain, int(me["id"]), frozenset(_admin_of(me)))


def _admin_of(me: Mapping[str, Any]) -> list[str]:
    return [str(entry.get("app")) for entry in me.get("access") or () if isinstance(entry, Mapping) and entry.get("admin")]


def user_names(api: PipedriveApi) -> dict[int, str]:
    """Names of all users by id, inactive ones too; 20 tokens."""
    return {int(row["id"]): str(row.get("name") or "") for row in api.get_v1("/users", price=LIST_V1) or ()}
