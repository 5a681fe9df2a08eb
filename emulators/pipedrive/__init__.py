"""Pipedrive: API v2, and v1 where v2 has no twin or public clients still call it. Facts: `docs/systems/pipedrive.md`."""

from emulators.pipedrive.account import API_TOKEN, API_TOKEN_OF_COLLEAGUE
from emulators.pipedrive.vendor import Pipedrive

__all__ = ["API_TOKEN", "API_TOKEN_OF_COLLEAGUE", "Pipedrive"]
