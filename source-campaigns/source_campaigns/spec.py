"""The connector's form; needs nothing of the CDK."""

from __future__ import annotations

from mailsync.airbyte.form import Form
from source_campaigns.systems import SYSTEMS

FORM = Form(
    "source_campaigns",
    "https://github.com/crm-campaigns-bridge/crm-campaigns-bridge/blob/main/docs/connectors/source-campaigns.md",
    SYSTEMS,
)
