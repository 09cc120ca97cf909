"""Read side: tables computed from events, one module a projection."""
