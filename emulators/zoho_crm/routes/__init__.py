"""The HTTP surface, by subject: each module makes the endpoints of one."""
