"""Every CRM with every mailing tool."""

from crms import CRMS
from mailing_tools import TOOLS

PAIRS = [(crm, tool) for crm in CRMS.values() for tool in TOOLS.values()]
USUAL = PAIRS[0]


def name_of(pair):
    """For the ids of parametrised tests."""
    return f"{pair[0].name}-{pair[1].name}"
