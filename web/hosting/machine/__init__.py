"""One process on a machine: where it listens, how many requests it takes at once, what it says to systemd."""
