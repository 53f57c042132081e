"""A process that has loaded the application and makes workers and schedulers of itself, one for each line it reads.

A worker started afresh takes a second before its first mail; one made by a fork is at work at once, so that it
can be killed hundreds of times in a minute.
"""

from __future__ import annotations

import os
import signal
import sys

from app import create_app
from app.cli.jobs import keep_time, work

DOES = {"worker": work, "scheduler": keep_time}


def main() -> None:
    """Read what to become, write the number of the process that became it. Ends when nobody writes any more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # RQ writes to it what it does
    app = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the dead
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        does = DOES[line.strip()]
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with app.app_context():
                does()
            os._exit(0)
        print(number, file=answers, flush=True)


if __name__ == "__main__":
    main()
