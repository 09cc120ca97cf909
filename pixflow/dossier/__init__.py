"""A young person's path: its state, and decisions by stage."""
