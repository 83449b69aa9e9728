"""For every test: what a shell's background takes away is given back."""

from __future__ import annotations

import signal

# A shell without job control starts its background with SIGINT ignored, and every program below
# inherits that: no Ctrl-C of ours would end anything.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
