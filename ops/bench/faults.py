"""`./dev bench faults`: what people see while a part of the installation is gone, and what comes back by itself.

    ./dev bench faults [ROUNDS]

PostgreSQL is restarted four times under load, once more with nobody at work, and stopped; its disk is filled;
then the S3 server is made silent and stopped. Everything is real and of this drill's own.
"""

from __future__ import annotations

import logging
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import structlog
from flask.testing import FlaskClient

from app import create_app
from app.config import load_settings
from app.domain.admissions.services import attach_document, start_application
from app.domain.admissions.types import DocumentKind
from app.domain.files.services import sweep
from app.domain.kernel.access import visitor
from app.domain.kernel.dates import local_day
from app.domain.kernel.ids import new_token
from app.extensions import db
from app.integrations.storage import S3Storage
from app.integrations.storage.breaker import FAILURES, PAUSE_SECONDS
from app.uow import work_for_the_school
from ops.bench.kit.postgres import PostgresServer
from ops.bench.kit.redis import until
from ops.bench.kit.report import Report
from ops.bench.kit.restarts import Account, Drill, School
from ops.bench.kit.s3 import S3Server
from ops.bench.kit.visitors import Counts, Visitor
from ops.browse.acts import portrait_jpeg
from ops.browse.forms import form_values
from ops.browse.installation import Installation, served
from ops.devtool import demo
from ops.devtool.services import APP, OWNER, ServiceUrls, as_role

ROUNDS = 10
WAYS = ("fast", "immediate", "fast", "immediate")
OPEN_MS = 100
ROOM = "320m"


def main(arguments: list[str]) -> int:
    """Run every drill once. Returns 1 where something was lost, doubled, broken or slow."""
    report = Report()
    report.head()
    with tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as name, small_disk(Path(name)) as disk:
        server = PostgresServer(disk or Path(name))
        server.start()
        try:
            urls = ServiceUrls(as_role(server.url, APP), os.environ["REDIS_URL"], as_role(server.url, OWNER))
            os.environ.update(demo.app_environment(Path(name) / "var", urls, port=8000))
            os.environ.update(demo.owner_environment(urls))
            with served() as installation:
                school = people_of(installation)
                restart(report, school, server, int(arguments[0]) if arguments else ROUNDS)
                if disk:
                    fill_the_disk(report, school, disk)
                else:
                    report.failed("disk-full", "only root can mount a disk to fill")
            silence_the_storage(report, Path(name))
        finally:
            server.stop()
    return report.close()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk for PostgreSQL that can be filled; None where this user may mount none."""
    root = folder / "disk"
    root.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "none", str(root)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield root
    finally:
        subprocess.run(["umount", "-l", str(root)], check=True)


# --- PostgreSQL


def people_of(installation: Installation) -> School:
    """Who takes part, each with the language of the account, found as they would find it."""
    over = threading.Event()

    def account(role: str) -> tuple[Account, Visitor]:
        login = installation.login(role)
        person = Visitor(installation.url, Counts(), "en")
        person.sign_in(login.identifier, login.password, over)
        page = person.get("/account/", over).soup.html
        lang = str(page["lang"]) if page else ""
        return Account(login.identifier, login.password, lang), person

    teacher, at_work = account("teacher")
    links = at_work.get("/attendance/registers/", over).soup.select("a[href]")
    found = (re.fullmatch(r"/attendance/registers/[0-9a-f-]{36}/", str(each["href"])) for each in links)
    return School(
        url=installation.url,
        teacher=teacher,
        guardian=account("guardian")[0],
        officer=account("admissions_officer")[0],
        editor=account("editor")[0],
        register=next(each.group() for each in found if each),
        day=installation.moment.date(),
    )


def restart(report: Report, school: School, server: PostgresServer, rounds: int) -> None:
    """Requests and their ends, seconds of absence, writes acknowledged, lost and doubled."""
    found = Drill(school, server).run(WAYS, rounds=rounds)
    counts = found.counts
    report.tell("postgres.requests", counts.requests, "")
    report.tell("postgres.answered-200", counts.statuses[200], "")
    report.tell("postgres.answered-303", counts.statuses[303], "")
    report.least("postgres.answered-503", counts.statuses[503], 1, "")
    report.most("postgres.answered-500", counts.statuses[500], 0, "")
    report.most("postgres.not-answered", counts.dropped, 0, "")
    report.least("postgres.forms-kept", counts.kept, 1, "")
    report.most("postgres.503-with-a-fault", len(counts.faults), 0, "")
    for number, ((way, seconds), (_, felt)) in enumerate(zip(found.stopped, found.absences, strict=True), 1):
        report.tell(f"postgres.{number}-{way}.away", seconds * 1000, "ms")
        report.tell(f"postgres.{number}-{way}.felt", felt * 1000, "ms")
    report.least("postgres.acknowledged", found.acknowledged, rounds, "")
    report.tell("postgres.told-to-look", found.unsure, "")
    report.most("postgres.lost", found.lost, 0, "")
    report.most("postgres.doubled", found.doubled, 0, "")
    report.tell("postgres.asked-after-restart", found.after, "")
    report.most("postgres.asked-after-restart.bad", found.after_bad, 0, "")
    for path, status in found.away.items():
        report.tell(f"postgres.without.{path}", status, "")
    wrong = sum(status != (200 if path == "/healthz" else 503) for path, status in found.away.items())
    report.most("postgres.without.wrong", wrong, 0, "")


def fill_the_disk(report: Report, school: School, disk: Path) -> None:
    """Notices are written until PostgreSQL has no room; then there is room again."""
    counts, over = Counts(), threading.Event()
    editor = Visitor(school.url, counts, school.editor.lang)
    editor.sign_in(school.editor.identifier, school.editor.password, over)
    filler = disk / "filler"
    free = os.statvfs(disk)
    filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 64 * 1024))
    stored = refused = number = 0
    while refused < 30 and number < 400:
        number += 1
        answer = _write_long(editor, f"Full {number}")
        stored += answer == 303
        refused += answer != 303
    reads = [editor.ask("/en/"), editor.ask("/site/notices/")]
    filler.unlink()
    began = time.monotonic()
    until(lambda: _write_long(editor, "Room again") == 303, seconds=60)
    report.tell("postgres-full.stored", stored, "")
    report.least("postgres-full.answered-503", counts.statuses[503] + counts.statuses[507], 1, "")
    report.most("postgres-full.answered-500", counts.statuses[500], 0, "")
    report.tell(
        "postgres-full.pages-read-meanwhile",
        sum(bool(each) and each.status == 200 for each in reads if each),
        "",
    )
    report.tell("postgres-full.writes-again-after", (time.monotonic() - began) * 1000, "ms")


def _write_long(editor: Visitor, title: str) -> int:
    page = editor.ask("/site/notices/new")
    form = page.soup.select_one("#write") if page else None
    if page is None or form is None:
        return page.status if page else 0
    long = " ".join(os.urandom(24).hex() for _ in range(200))
    answer = editor.ask(
        str(form["action"]), form_values(form) | {"title_en": title, "content_en": long, "act": "save"}
    )
    return answer.status if answer else 0


# --- S3


def silence_the_storage(report: Report, folder: Path) -> None:
    """How long a page with a document takes while the storage is well, silent, left alone, stopped and back."""
    logging.disable()  # each answer that is wanted here is an error
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bucket = S3Server(folder / "s3")
    bucket.start()
    app = create_app(load_settings().model_copy(update=bucket.settings))
    try:
        with app.app_context():
            page = f"/bn/apply/{_draft_with_photo()}/documents/photo"
        client = app.test_client()
        with patch.object(S3Storage, "read", autospec=True, side_effect=S3Storage.read) as read:
            report.tell("storage.well", _median(client, page, 200), "ms")
            for name, away, back in (
                ("silent", bucket.pause, bucket.go_on),
                ("stopped", bucket.stop, bucket.start),
            ):
                away()
                first = [_ask(client, page, 503) for _ in range(FAILURES)]
                read.reset_mock()
                report.tell(f"storage.{name}.first-three", max(first), "ms")
                report.most(f"storage.{name}.then", _median(client, page, 503), OPEN_MS, "ms")
                report.most(f"storage.{name}.asked-meanwhile", read.call_count, 0, "")
                back()
                report.most(
                    f"storage.{name}.back-after", _until_back(client, page), PAUSE_SECONDS * 1000 + 1000, "ms"
                )
                report.most(f"storage.{name}.probes", read.call_count, 1, "")
    finally:
        bucket.go_on()
        bucket.stop()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _draft_with_photo() -> str:
    work_for_the_school()
    token, family = new_token(), visitor("bn", ip="127.0.0.1", user_agent=None)
    start_application(family, token, "bn", local_day(datetime.now(UTC)))
    attach_document(family, token, DocumentKind.PHOTO, portrait_jpeg(), "photo.jpg")
    sweep()
    return token


def _ask(client: FlaskClient, page: str, status: int) -> float:
    began = time.monotonic()
    answer = client.get(page)
    assert answer.status_code == status, f"{page}: {answer.status_code}"  # noqa: S101 - a measurement of something else is none
    return (time.monotonic() - began) * 1000


def _median(client: FlaskClient, page: str, status: int) -> float:
    return statistics.median(_ask(client, page, status) for _ in range(20))


def _until_back(client: FlaskClient, page: str) -> float:
    began = time.monotonic()
    until(lambda: client.get(page).status_code == 200, seconds=2 * PAUSE_SECONDS)
    return (time.monotonic() - began) * 1000
