"""The structures of one process: periodic jobs, e-mail, health."""
