"""Zoho's data centres: where each one's accounts server, CRM API, Recruit and Campaigns API live.

Hosts checked 2026-11 against Zoho's accounts protocol page, the CRM SDK and live probes reported by public clients. The CRM API host of a token
answer (`api_domain`) wins over this table; the United Kingdom's Campaigns host is inferred from the pattern and may be overridden.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsync.errors import known_values


@dataclass(frozen=True, slots=True)
class DataCenter:
    """One data centre; all three are base URLs without a trailing slash."""

    slug: str
    label: str
    accounts: str
    crm_api: str
    campaigns_api: str


def _pattern(slug: str, label: str, domain: str) -> DataCenter:
    return DataCenter(slug, label, f"https://accounts.zoho.{domain}", f"https://www.zohoapis.{domain}", f"https://campaigns.zoho.{domain}")


DATA_CENTERS: dict[str, DataCenter] = {
    center.slug: center
    for center in (
        _pattern("us", "United States", "com"),
        _pattern("eu", "Europe", "eu"),
        _pattern("in", "India", "in"),
        _pattern("au", "Australia", "com.au"),
        _pattern("jp", "Japan", "jp"),
        _pattern("cn", "China", "com.cn"),
        _pattern("sa", "Saudi Arabia", "sa"),
        _pattern("uk", "United Kingdom", "uk"),
        DataCenter("ca", "Canada", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca", "https://campaigns.zohocloud.ca"),
    )
}


# Canada's Recruit has the domain of its accounts server; recruit.zoho.ca does not resolve.
_RECRUIT = {"ca": "https://recruit.zohocloud.ca"}

ENVIRONMENTS = ("production", "sandbox", "developer")


def crm_api(center: DataCenter, environment: str) -> str:
    """The CRM API's base URL; sandboxes and developer editions have hosts of their own in every data centre."""
    if environment == "production":
        return center.crm_api
    return center.crm_api.replace("https://www.", f"https://{environment}.")


def recruit_api(center: DataCenter, environment: str) -> str:  # noqa: ARG001 - as `crm_api`; Recruit has no other environments
    """Zoho Recruit's base URL. The host of the United Kingdom is named by clients and was not probed."""
    return _RECRUIT.get(center.slug) or center.accounts.replace("//accounts.", "//recruit.")


def data_center_of(api_domain: str) -> DataCenter | None:
    """The data centre whose CRM API answers at this URL, in any environment; None for one that is not in the table."""
    domain = api_domain.rstrip("/").partition("zohoapis.")[2]
    return next((center for center in DATA_CENTERS.values() if domain and center.crm_api.endswith(f"zohoapis.{domain}")), None)


def data_center(slug: str) -> DataCenter:
    """Look one up. Raises ConfigError listing the accepted values."""
    if slug not in DATA_CENTERS:
        raise known_values("data_center", slug, DATA_CENTERS)
    return DATA_CENTERS[slug]
