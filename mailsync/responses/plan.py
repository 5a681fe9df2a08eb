"""What one run of the response rules is told: the messages, and the plan. Frozen, checked before, free of Airbyte and of any vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from mailsync.answers.plan import Survey, SurveyResponse
from mailsync.membership.plan import WhenSpent
from mailsync.responses.crm import Ability, Filter


class Kind(IntEnum):
    """What a recipient did or what became of the mail, in the one total order: the status of a set is its highest.

    A soft bounce may still be delivered, and who opened was reached; so a soft bounce ranks below sent, and a hard one below opened.
    """

    UNSENT = 1
    SOFT_BOUNCE = 2
    SENT = 3
    DELIVERED = 4
    UNOPENED = 5  # derived, never stored: delivered, not opened, and the campaign is older than a day. In the mailing tool this set shrinks
    HARD_BOUNCE = 6
    OPENED = 7
    CLICKED = 8
    REPLIED = 9
    UNSUBSCRIBED = 10
    COMPLAINT = 11


LEAVING = frozenset({Kind.UNSUBSCRIBED, Kind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Response:
    """One recipient's response to one campaign.

    `campaign` is the mailing tool's key, "" for a leaving that no campaign explains (it can only lead to an opt-out). `address` is raw text. `lists`
    are the keys of the lists a leaving was seen on. `org_level`: the source proves that the person left the whole account, not one list.
    `ours`: the source knows that our own removal made this mark. `taken_back`: the source takes an earlier one back; nothing follows, since what is
    known only grows. The vendor's counts and times are no part of it: what counts are distinct campaigns. The names serve to make a person.
    """

    stream: str
    campaign: str
    address: str
    kind: Kind
    org_level: bool = False
    ours: bool = False
    lists: tuple[str, ...] = ()
    taken_back: bool = False
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What one message tells of a mailing campaign; what it leaves empty stays as another message told it (figures are a stream of their own).

    `sent_at`: epoch seconds, None where it was not sent yet. `parent`: the key of the campaign it is a part of, in the CRM too. `state`: where it
    stands (see `mailsync.launches.launcher.State`), "" where the source does not tell. `launch`: the key of the launch that made it.
    """

    stream: str
    key: str
    name: str = ""
    sent_at: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)  # subject, sender, status … by the source's column names
    parent: str | None = None
    state: str = ""
    launch: str = ""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One member of a mailing list: who may become a person in the CRM. `active`: subscribed, and neither bounced nor gone."""

    stream: str
    address: str
    active: bool = True
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""


OfMailings = Response | Campaign | Subscriber
Message = OfMailings | SurveyResponse


class OptOut(Enum):
    """When a leaving sets the CRM's e-mail opt-out."""

    NEVER = "never"
    PROVEN = "proven"  # only where the response proves that the person left the whole account
    ANY_LEAVING = "any_leaving"  # the account is declared topics-based: every leaving is one from the account


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """`figures` and `facts`: the source's name → the CRM's field. `constants`: the CRM's field → value (its type tells the origin).

    `status_field`: the CRM's field that shows where a campaign stands, "" for none; `statuses`: state → its value there.
    """

    figures: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    status_field: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusField:
    """The status of the latest campaign as a field of people of one module, and that campaign's name beside it, where wanted."""

    module: str
    field: str
    statuses: Mapping[Kind, str]
    campaign_field: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Something is made once a person crosses a threshold. `name` is unique in the sync and is what a later run knows the rule by.

    An activity or a deal is made once per person, when `times` distinct campaigns have one of `kinds`; a note once per person and campaign that has.
    `subject` and `text` may hold `{campaign}` (its name), `{status}` (the kind that counted) and `{count}`. `owner` None: the person's owner.
    `settings` is read by the CRM (type, pipeline, stage, days until due).
    """

    name: str
    makes: Ability  # ACTIVITY, DEAL or NOTE
    kinds: frozenset[Kind]
    times: int = 1
    subject: str = ""
    text: str = ""
    owner: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules for the people in a filter; `filter` None: for everybody who is in no filter that has a group, even an empty one."""

    filter: Filter | None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Creation:
    """Make a person where nobody has the address: in which module, for whom, owned by which user. `constants`: the CRM's field → value."""

    module: str
    owner: str | None = None
    for_recipients: bool = False
    for_subscribers: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recheck:
    """When people not found and refused rows are asked again: after so many runs or seconds, whichever comes first."""

    runs: int = 7
    seconds: float = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `account` names the CRM organisation in the ledger (system + organisation id), and with it the markers of everything made there.

    `streams` are those configured; `response_streams` those of them that bring responses. `brought_by`: only people that this forward sync read
    from the CRM get campaigns and statuses; None: everybody found. `mailing_account`: the forward ledger's account, so that removals of our own
    are not taken for leavings.
    """

    sync_name: str
    account: str
    streams: tuple[str, ...]
    response_streams: frozenset[str]
    campaigns: CampaignPlan | None = None
    member_statuses: Mapping[Kind, str] = field(default_factory=dict)
    fields: tuple[StatusField, ...] = ()
    opt_out: OptOut = OptOut.PROVEN
    groups: tuple[RuleGroup, ...] = ()
    creation: Creation | None = None
    surveys: tuple[Survey, ...] = ()
    brought_by: str | None = None
    mailing_account: str | None = None
    recheck: Recheck = Recheck()
    share_of_limit: float = 0.9
    when_spent: WhenSpent = WhenSpent.POSTPONE
    rules_over_brake: bool = False
    statuses_expected: bool = True  # False: the host forwards no stream statuses, and the operator said that end of input is COMPLETE

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules of all groups."""
        return tuple(rule for group in self.groups for rule in group.rules)
