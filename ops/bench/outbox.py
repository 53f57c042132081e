"""`./dev bench outbox`: 500 mails while the worker is killed, Redis is emptied three times and stopped once.

    ./dev bench outbox [MAILS] [SEED]

None may be lost. A second mail of the same event is allowed under the same Message-ID and only where a worker
was killed between the mail server's answer and its own last line; how many there were is told.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.config import load_settings
from app.extensions import db
from ops.bench.kit.drill import FLUSHES, drill
from ops.bench.kit.report import Report

MAILS = 500
MOST_SECONDS = 60
FEWEST_KILLS = 10


def main(arguments: list[str]) -> int:
    """Run the drill once. Returns 1 where a mail was lost or came twice without an excuse."""
    mails = int(arguments[0]) if arguments else MAILS
    seed = int(arguments[1]) if len(arguments) > 1 else int(time.time())
    settings = load_settings()
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    report = Report()
    report.head()
    with tempfile.TemporaryDirectory(prefix="sa-drill-", dir="/tmp") as folder:
        found = drill(settings, Path(folder), mails, seed=seed)
    report.tell("outbox.seed", seed, "")
    report.tell("outbox.mails", found.mails, "")
    report.least("outbox.worker-kills", found.kills, FEWEST_KILLS, "")
    report.tell("outbox.worker-kills.after-acceptance", found.kills_after_acceptance, "")
    report.least("outbox.redis-emptied", found.flushes, FLUSHES, "")
    report.least("outbox.redis-stopped", found.redis_stops, 1, "")
    report.most("outbox.lost", found.lost, 0, "")
    report.most("outbox.unsettled", found.unsettled, 0, "")
    report.tell("outbox.doubles", found.doubles, "")
    report.most("outbox.doubles.not-excused", found.doubles_outside, 0, "")
    report.most("outbox.doubles.other-message-id", found.other_ids, 0, "")
    report.most("outbox.time", found.seconds * 1000, MOST_SECONDS * 1000, "ms")
    return report.close()
