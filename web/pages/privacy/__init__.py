"""Rights of the person: copy, retention, erasure."""
