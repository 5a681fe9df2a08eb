"""What a recipient may have done, in the words of the `responses` stream."""

from __future__ import annotations

SENT, DELIVERED, OPENED, UNOPENED, CLICKED = "sent", "delivered", "opened", "unopened", "clicked"
HARD_BOUNCE, SOFT_BOUNCE, UNSUBSCRIBED, COMPLAINT, UNSENT = "hard_bounce", "soft_bounce", "unsubscribed", "complaint", "unsent"

ACTIONS = (SENT, DELIVERED, OPENED, UNOPENED, CLICKED, HARD_BOUNCE, SOFT_BOUNCE, UNSUBSCRIBED, COMPLAINT, UNSENT)
BOUNCES = (HARD_BOUNCE, SOFT_BOUNCE)
