"""Words of the seed: pick list values and longer texts."""

from emulators.names import INTERESTS as _INTERESTS
from emulators.names import LEAD_SOURCES

INTERESTS: tuple[str, ...] = tuple(_INTERESTS)
SOURCES: tuple[str, ...] = tuple(source for source in LEAD_SOURCES if source)
SALUTATIONS = ("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.")
STATUSES = ("New", "Contacted", "Qualified", "Lost Lead", "Not Contacted")
INDUSTRIES = ("Education", "Retail, Food", "Energy", "Health")
RATINGS = ("Active", "Acquired", "Project Cancelled")
LEVELS = ("Bronze", "Silver", "Gold")
STAGES = ("Qualification", "Proposal", "Closed Won", "Closed Lost")
PIPELINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Standard", STAGES),
    ("Renewals", ("Qualification", "Negotiation", "Closed Won", "Closed Lost")),
)
ALL_STAGES = tuple(dict.fromkeys(stage for _, stages in PIPELINES for stage in stages))
TASK_STATES = ("Not Started", "In Progress", "Completed")
LARGE_TEXTS = (
    "Asked for a call back.",
    'Said: "send me the newsletter", twice.\nSecond line; with, separators.',
    "Größere Bestellung geplant, bitte im Herbst nachfassen.",
)
RICH_TEXTS = (
    "<div><b>First talk</b><br>" + "A long story about how we met. " * 25 + "</div>",
    "<div>Short story</div>",
    "<p>" + "Zweites Gespräch, 日本語 & mehr. " * 30 + "</p>",
)
