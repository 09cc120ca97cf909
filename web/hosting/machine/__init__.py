"""One process on a machine: where it listens, what it says to systemd."""
