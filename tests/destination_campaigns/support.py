"""A small stream, the fields of a small account, and a configuration."""

from mailsync.mailing_account import ContactField

COLUMNS = {
    "id": {"type": ["null", "string"]},
    "Email": {"type": ["null", "string"], "title": "Email", "x_data_type": "email"},
    "Email_Opt_Out": {"type": ["null", "boolean"], "x_data_type": "boolean"},
    "First_Name": {"type": ["null", "string"], "title": "First Name", "x_data_type": "text"},
    "Last_Name": {"type": ["null", "string"], "title": "Last Name", "x_data_type": "text"},
    "Owner": {"type": ["null", "object"], "title": "Owner", "x_data_type": "ownerlookup"},
    "Interests": {"type": ["null", "array"], "items": {"type": "string"}, "title": "Interests", "x_data_type": "multiselectpicklist"},
    "Modified_Time": {"type": ["null", "string"], "title": "Modified Time", "x_data_type": "datetime"},
    "_ab_cdc_cursor": {"type": ["null", "integer"]},
    "_ab_cdc_deleted_at": {"type": ["null", "string"]},
}
FIELDS = [
    ContactField("Contact Email", "contact_email", "email", mandatory=True, max_length=100),
    ContactField("First Name", "firstname", "text", mandatory=False, max_length=10),
    ContactField("Last Name", "lastname", "text", mandatory=False, max_length=50),
    ContactField("Interests", "interests", "text", mandatory=False, max_length=None),
    ContactField("Owner", "owner", "text", mandatory=False, max_length=None),
    ContactField("Modified Time", "modified", "text", mandatory=False, max_length=None),
]


def a_catalog(columns=COLUMNS, **more):
    stream = {
        "name": "Leads",
        "json_schema": {"properties": columns},
        "default_cursor_field": ["_ab_cdc_cursor"],
        "source_defined_primary_key": [["id"]],
    }
    return {"streams": [{"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup", **more}]}


def a_config(**more):
    system = {"name": "zoho_campaigns", "data_center": "eu", "client_id": "1000.X", "client_secret": "secret-0000", "refresh_token": "1000.refresh"}
    return {
        "system": system,
        "sync_name": "newsletter",
        "ledger": {"kind": "sqlite", "path": "/tmp/never-opened/ledger.db"},
        "streams": [{"stream": "Leads", "list_name": "Newsletter"}],
        "consent_confirmed": True,
        **more,
    }
