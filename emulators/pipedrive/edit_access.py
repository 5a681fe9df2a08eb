"""What an administrator does about access and the plan, for the control plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulators.pipedrive.account import API_TOKEN, Account
from emulators.pipedrive.seed import definitions

Operation = Mapping[str, Any]
Done = dict[str, Any]


class AccessEdits:
    """Tokens, rights, features, plan and what other programs use up."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def operations(self) -> dict[str, Callable[[Operation], Done]]:
        """By name."""
        return {
            "set_feature": self.set_feature,
            "set_plan": self.set_plan,
            "foreign_calls": self.foreign_calls,
            "revoke_token": self.revoke_token,
            "grant": self.grant,
            "authorize": self.authorize,
            "expire_tokens": self.expire_tokens,
            "demote": self.demote,
        }

    def revoke_token(self, operation: Operation) -> Done:
        """The API token is made anew, and the app is removed; `kind` api or oauth for one of them."""
        if operation.get("kind") != "oauth":
            self._account.api_tokens.pop(operation.get("token", API_TOKEN), None)
        if operation.get("kind") != "api":
            self._account.oauth.revoke()
        return {"ok": True}

    def grant(self, operation: Operation) -> Done:
        """`scopes`: the app was registered with these; access tokens from now on have them."""
        for one in self._account.oauth.grants.values():
            one.scopes = frozenset(operation["scopes"])
        self._account.oauth.expire()
        return {"ok": True}

    def authorize(self, operation: Operation) -> Done:
        """A person agrees: `code`."""
        return {"code": self._account.oauth.authorize(frozenset(operation["scopes"])) if "scopes" in operation else self._account.oauth.authorize()}

    def expire_tokens(self, _operation: Operation) -> Done:
        """All access tokens end."""
        self._account.oauth.expire()
        return {"ok": True}

    def demote(self, operation: Operation) -> Done:
        """`user` (11): administers nothing any more."""
        user = self._account.user(operation.get("user", 11)) or {}
        user["access"], user["is_admin"] = [{**one, "admin": False} for one in user["access"] if one["app"] != "account_settings"], 0
        return {"ok": True}

    def set_feature(self, operation: Operation) -> Done:
        """`feature` campaigns or contact_sync, `on`."""
        feature, on = operation["feature"], bool(operation.get("on", True))
        if feature == "campaigns":
            self._account.campaigns = on
            known = definitions.person_fields(campaigns=True).fields
            fields = self._account.fields["persons"].fields
            for key in ("marketing_status", "doi_status"):
                fields.pop(key, None)
                if on:
                    fields[key] = known[key]
        elif feature == "contact_sync":
            self._account.contact_sync = on
        else:
            raise ValueError(f"pipedrive has the features campaigns and contact_sync, not {feature!r}")
        return {feature: on}

    def set_plan(self, operation: Operation) -> Done:
        """`plan` lite, growth, premium or ultimate; `seats`."""
        self._account.limits.plan = operation.get("plan", self._account.limits.plan)
        self._account.limits.seats = operation.get("seats", self._account.limits.seats)
        return {"tokens_a_day": self._account.limits.budget()}

    def foreign_calls(self, operation: Operation) -> Done:
        """`kind` daily (leaves `n` tokens of today) or burst (the two seconds of the API token are full)."""
        if operation.get("kind") == "burst":
            self._account.limits.fill_burst(API_TOKEN, oauth=False)
        else:
            self._account.limits.exhaust(leave=int(operation.get("n", 0)))
        return {"left": self._account.limits.left()}
