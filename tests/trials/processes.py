"""Processes that begin quickly: one imports everything once, and each is a copy of it."""

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.trials.server", "pytest"])
