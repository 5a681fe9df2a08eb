"""Members of campaigns: the pair of a campaign and a lead or contact, with its member status (docs/systems/zoho_crm.md#campaign-members)."""

from __future__ import annotations

from collections.abc import Iterator

MEMBER_STATUSES = ("Planned", "Invited", "Sent", "Received", "Opened", "Responded", "Bounced", "Opted Out")


class Members:
    """Who belongs to which campaign. People and campaigns are ids."""

    def __init__(self) -> None:
        self.statuses = list(MEMBER_STATUSES)
        self._of: dict[str, dict[tuple[str, str], str]] = {}

    def set(self, campaign: str, module: str, person: str, status: str | None) -> bool:
        """Link a person, or change the status; whether the link is new. A link without a status begins with the first one."""
        links = self._of.setdefault(campaign, {})
        is_new = (module, person) not in links
        links[module, person] = status or links.get((module, person), self.statuses[0])
        return is_new

    def remove(self, campaign: str, module: str, person: str) -> bool:
        """Unlink; whether there was a link."""
        return self._of.get(campaign, {}).pop((module, person), None) is not None

    def of_campaign(self, campaign: str) -> Iterator[tuple[str, str, str]]:
        """(module, person, status) of each member."""
        for (module, person), status in self._of.get(campaign, {}).items():
            yield module, person, status

    def of_person(self, module: str, person: str) -> Iterator[tuple[str, str]]:
        """(campaign, status) of each campaign a person belongs to."""
        for campaign, links in self._of.items():
            if (module, person) in links:
                yield campaign, links[module, person]

    def move(self, module: str, person: str, to_module: str, to: str) -> None:
        """Merged or converted: the links go to another record, which keeps its own status where it has one."""
        for links in self._of.values():
            status = links.pop((module, person), None)
            if status is not None:
                links.setdefault((to_module, to), status)

    def listing(self, campaign: str) -> dict[str, dict[str, str]]:
        """Module → person → status."""
        shown: dict[str, dict[str, str]] = {}
        for module, person, status in self.of_campaign(campaign):
            shown.setdefault(module, {})[person] = status
        return shown
