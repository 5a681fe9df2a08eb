"""Members of campaigns as a stream: one record for each campaign and person, read from the campaigns' related lists."""
