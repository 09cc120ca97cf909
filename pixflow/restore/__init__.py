"""Restore of a backup: its target, its keys, without the people erased since."""
