"""The read side: tables computed from events, one module a table."""
