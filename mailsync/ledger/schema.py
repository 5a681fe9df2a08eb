"""The tables. Keys and columns are those of the membership rules (docs/membership.md) and the response rules (docs/responses.md).

A `list` column holds "<account>/<list key>", with `*` as the key for what holds for the whole account, so that one ledger serves several accounts.
Times are the vendor's seconds since the epoch.

Long because one database's tables stand in one place.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

VERSION = 9
"""Rises with every change; what each changed is the ordered list in `mailsync.ledger.migrations`."""


metadata = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True, nullable=False)


def _table(name: str, *parts: Column[Any] | Index) -> Table:
    # Without a row id SQLite stores the row in the key's own tree: one look-up instead of two on the hot path.
    return Table(name, metadata, *parts, sqlite_with_rowid=False)


ledger = _table(
    "ledger",
    _key("name"),  # version, born_at, hash_key, …
    Column("value", Text, nullable=False),
)

lease = _table(
    "lease",
    _key("sync"),
    Column("token", BigInteger, nullable=False),  # rises with every holder, so that a zombie's commits are refused
    Column("holder", Text, nullable=False),
    Column("ends_at", Float, nullable=False),  # the machine's time, not the vendor's
)

account = _table(
    "account",
    _key("sync"),
    Column("account", Text, nullable=False),
    Column("organisation", Text),
)

# What each record claims. Rows die (live = 0) and are not deleted: a dead record's opt-out still counts, and the runner-up's payload is needed when
# the winner goes. `address` is the current address key, kept when the row dies; addresses given up before are in `former`.
record = _table(
    "record",
    _key("sync"),
    _key("stream"),
    _key("id"),
    Column("address", Text),
    Column("spelling", Text),
    Column("payload", Text),
    Column("payload_hash", Text),
    Column("opt_out", Integer, nullable=False),
    Column("contacted", Float, nullable=False),
    Column("modified", Float, nullable=False),
    Column("live", Integer, nullable=False),
    Column("gone_at", Float),
    Column("cursor", BigInteger),
    Column("generation", BigInteger, nullable=False),
    Column("verdict", Text),  # why it claims nothing or may not be written: a reason code, or null
    Column("verdict_field", Text),  # the column that is to blame, where one is
    Column("verdict_at", Float),
    Column("moved", Integer, nullable=False),  # 1 when `former` holds rows of it
    Column("heir", Text),  # "<stream> <id>" that inherits the history of a converted record, while its own value is not known
    Index("record_by_address", "address"),
    Index("record_by_heir", "heir"),
)

former = _table(
    "former",
    _key("sync"),
    _key("stream"),
    _key("id"),
    _key("address"),
    Column("left_at", Float, nullable=False),
    Index("former_by_address", "address"),
)

feed = _table(
    "feed",
    _key("sync"),
    _key("stream"),
    _key("list"),
    Column("on_delete", Text, nullable=False),
    Column("only", Text),  # a JSON list of the parts of the stream that it takes; null: all of it
)

# What the parts of a stream are called: the campaigns of the CRM, of a stream of their members.
part = _table("part", _key("sync"), _key("stream"), _key("part"), Column("name", Text, nullable=False))

member = _table(
    "member",
    _key("list"),
    _key("address"),
    Column("spelling", Text, nullable=False),
    Column("ours", Integer, nullable=False),  # who put them there
    Column("seen", Text, nullable=False),  # active, unsubscribed, bounced, absent: the last complete read
    Column("seen_at", Float, nullable=False),
    Column("seen_before", Text, nullable=False),  # the complete read before, for newer consent
    Column("called_at", Float, nullable=False),
    Column("answered_at", Float, nullable=False),  # of the last subscribe call that was answered ok
    Column("open", Text),  # sub or rem: an intent without an answer
    Column("removed", Text),  # our own removal: removed or crm_opt_out
    Column("removed_at", Float),
    Column("pending", Integer, nullable=False),  # a confirmation mail is out
    Column("unknown", Integer, nullable=False),  # a form list's call whose outcome nobody can tell: never called again
    Column("rejected_hash", Text),
    Column("rejected_reason", Text),
    Column("rejected_code", Text),
    Column("rejected_message", Text),
    Column("rejected_at", Float),
    Column("called_by", Text, nullable=False),  # "<sync>#<run>" of the last subscribe call
)

# Scope: the account where fields are the contact's (Zoho), the list where they are the member's (Mailigen).
written = _table("written", _key("scope"), _key("address"), Column("payload_hash", Text, nullable=False))

suppression = _table(
    "suppression",
    _key("list"),
    _key("address_hash"),  # keyed: survives `forget`, and is enough to look up
    _key("reason"),
    Column("since", Float, nullable=False),
)

response = _table("response", _key("list"), _key("address_hash"), _key("campaign"), _key("kind"))

stream = _table(
    "stream",
    _key("sync"),
    _key("stream"),
    Column("open_generation", BigInteger),
    Column("closed_generation", BigInteger, nullable=False),
)

state = _table("state", _key("sync"), _key("stream"), _key("hash"), Column("echoed_at", Float, nullable=False))

completed = _table("completed", _key("sync"), _key("list"), Column("at", Float, nullable=False))

dirty = _table("dirty", _key("list"), _key("address"))

# A complete read under way: pages land here, then one comparison per batch moves them into `member`. Keeps memory flat.
# Each sync stages its own: two syncs may read one list at the same time.
reading = _table(
    "reading", _key("sync"), _key("list"), _key("address"), Column("spelling", Text, nullable=False), Column("status", Text, nullable=False)
)

reservation = _table(
    "reservation",
    _key("account"),
    _key("endpoint"),
    Column("window_s", Float, primary_key=True, nullable=False),
    Column("bucket", BigInteger, primary_key=True, nullable=False),
    Column("calls", Integer, nullable=False),
)

lock = _table("lock", _key("account"), _key("endpoint"), Column("until", Float, nullable=False))


def _of_run(name: str, *parts: Column[Any] | Index) -> Table:
    return _table(name, _key("sync"), Column("number", BigInteger, primary_key=True, nullable=False), *parts)


# What each run did, for any destination. A target is what the destination writes to: a mailing list, a campaign, a module.
run = _of_run(
    "run",
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("summary", Text),  # {"notes": […], "forecast": [calls, seconds, days]}
    Column("system", Text),
    Column("account", Text),
    Column("status", Text),  # done, braked, stopped, failed; null: under way, or cut off
    Column("error", Text),
)

run_stream = _of_run("run_stream", _key("stream"), Column("records", BigInteger, nullable=False))

run_fate = _of_run("run_fate", _key("stream"), _key("target"), _key("fate"), _key("reason"), Column("records", BigInteger, nullable=False))

# Never an address or a value: record ids, and what is said about them (a column's name, the vendor's code and text, who owns the address).
run_example = _of_run(
    "run_example",
    _key("stream"),
    _key("target"),
    _key("fate"),
    _key("reason"),
    _key("record"),
    Column("detail", Text, nullable=False),
)

run_action = _of_run("run_action", _key("target"), _key("action"), Column("times", BigInteger, nullable=False))

run_call = _of_run(
    "run_call",
    _key("endpoint"),
    Column("spent", BigInteger, nullable=False),
    Column("window_s", Float),  # the longest window of the endpoint; null: no limit
    Column("used", BigInteger),  # of that window, by everybody who shares this ledger
    Column("allowed", BigInteger),
)

run_change = _of_run("run_change", _key("stream"), _key("field"), _key("change"), Column("times", BigInteger, nullable=False))

target = _table("target", _key("id"), Column("kind", Text, nullable=False), Column("name", Text, nullable=False))

read_marks = _table("read_mark", _key("list"), Column("complete_at", Float, nullable=False), Column("leavers_at", Float, nullable=False))

# The tables of the response rules. `account` is "<system>/<organisation>" of the CRM; a `person` is "<module>/<id>". What one sync learned about
# people is shared by all syncs of the organisation, so that two of them never credit two people; what is still to be decided is each sync's own.

recipient = _table(
    "recipient",
    _key("account"),
    _key("campaign"),
    _key("address"),
    Column("kinds", Integer, nullable=False),  # a bit for each kind of response; bits are only ever set
    Column("org", Integer, nullable=False),  # 1: it is proven that they left the whole account
    Column("person", Text),  # who is meant, decided once, when first found
    Column("last", Text),  # who was meant, and is gone from the CRM
    Index("recipient_by_person", "account", "person"),
    Index("recipient_by_address", "account", "address"),
)

# One row per (campaign, address) that this sync heard of; address "" is the campaign itself, campaign "" a subscriber.
due = _table(
    "due",
    _key("sync"),
    _key("campaign"),
    _key("address"),
    Column("dirty", Integer, nullable=False),
    Column("fate", Text, nullable=False),  # of the last decision, with its reason: what the row still waits for
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),  # the vendor's code and text, or the field's name
    Column("since", Float),  # when it was not found or refused, for `recheck`; null where nothing waits for that
    Column("since_run", BigInteger),
    Index("due_dirty", "sync", "dirty"),
    Index("due_by_recipient", "campaign", "address"),
    Index("due_by_address", "address"),
)

# What cannot be read off a maximum: items and opt-outs. For an opt-out `sync` and `rule` are "", for an item `address` is.
action = _table(
    "action",
    _key("account"),
    _key("sync"),
    _key("rule"),
    _key("campaign"),
    _key("address"),
    _key("person"),
    Column("open_since", Float),  # an intent without an answer
    Column("done_at", Float),
    Column("item", Text),
    Index("action_by_person", "account", "person"),
)

# The highest that was written: of a campaign's member status, or of a field of the person. Without the sync: two syncs on one field must not fight.
shown = _table(
    "shown",
    _key("account"),
    _key("person"),
    _key("place"),  # "campaign <key>" or "field <name>"
    Column("sent_at", Float, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("kind", Integer, nullable=False),
)

creation = _table(
    "creation",
    _key("account"),
    _key("address"),
    Column("open_since", Float),
    Column("person", Text),
)

# Kept only where people are made: what the mailing tool knows of somebody whom nobody has in the CRM.
profile = _table(
    "profile",
    _key("account"),
    _key("address"),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("active", Integer, nullable=False),
    Column("company", Text),
)

campaign = _table(
    "campaign",
    _key("account"),
    _key("campaign"),
    Column("name", Text, nullable=False),
    Column("sent_at", Float),
    Column("parent", Text),
    Column("figures", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("crm_id", Text),
    Column("gone", Integer, nullable=False),  # staff deleted it in the CRM: not made again
    Column("aged", Integer, nullable=False),  # it is a day old, and who did not open it shows as unopened
)

refreshed = _table("refreshed", _key("sync"), _key("campaign"), Column("hash", Text, nullable=False))

# A stream that began with an empty state. `over`: 1 once it was complete; `at` still says before when nothing may be believed absent.
relearn = _table("relearn", _key("sync"), _key("stream"), Column("at", Float, nullable=False), Column("over", Integer))

# The rules and the plan this sync last acted by: a new or lowered rule is counted before it fires.
rule = _table("rule", _key("sync"), _key("name"), Column("digest", Text, nullable=False))

# Campaigns that were launched, or are to be. Kept for ever: none may happen twice.
launch = _table(
    "launch",
    _key("account"),
    _key("launch"),
    Column("sync", Text, nullable=False),
    Column("list", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),  # what the campaign was made of, as JSON; no address in it but the sender's
    Column("campaign", Text),  # the vendor's key, once known
    Column("open", Text),  # create, test, schedule or send: an intent without an answer
    Column("open_at", Float),
    Column("done", Text),  # schedule or send: answered ok, or seen
    Column("done_at", Float),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("adopted", Integer, nullable=False),  # 1: found at the vendor, and unknown here
    Column("tested_at", Float),
    Column("review", Text),  # counts, as JSON
)

# One response to a survey as last told, so that it can be decided again: several responses of one person are compared, and a changed
# configuration looks at all of them. `person` and `last` as in `recipient`. What is still to be decided is in `due`.
survey_response = _table(
    "survey_response",
    _key("sync"),
    _key("survey"),
    _key("response"),
    Column("version", BigInteger, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("address", Text, nullable=False),  # the key of the respondent's address, "" where none is known
    Column("record", Text, nullable=False),  # the CRM record that the link was made for, and its module; "" where not known
    Column("module", Text, nullable=False),
    Column("told", Text, nullable=False),  # the other columns and the answers, as JSON
    Column("person", Text),
    Column("last", Text),
    Column("note", Text),  # hash of what the note shows, "-" where staff deleted it
    Column("row", Text),  # the same of the row in a custom module
    Index("survey_response_by_person", "sync", "person"),
    Index("survey_response_by_address", "address"),
)

# What an answer put into a field of the person: from which response, and the value's hash. Only forward in the order of (ended_at, survey, response).
answered = _table(
    "answered",
    _key("sync"),
    _key("person"),
    _key("field"),
    Column("ended_at", Float, nullable=False),
    Column("survey", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
