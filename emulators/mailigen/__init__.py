"""Mailigen's RPC API, versions 1.0 to 1.8: lists, merge fields, members, suppression, and what campaigns did. Facts: `docs/systems/mailigen.md`."""

from emulators.mailigen.vendor import Mailigen

__all__ = ["Mailigen"]
