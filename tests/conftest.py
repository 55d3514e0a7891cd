"""Settings of every test: the same examples on every run of CI, and no window for a figure."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# Set before anything can import matplotlib; child processes inherit it.
os.environ["MPLBACKEND"] = "Agg"
# A hundred child processes compile bea once, also where this one is told to keep no bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What a shell starts in the background ignores interrupts, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline: the first example of a test pays for lazy imports. In CI no example is random, so
# that a red run can be repeated.
settings.register_profile("bea", deadline=None)
settings.register_profile("bea-ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("bea-ci" if os.environ.get("CI") else "bea")
