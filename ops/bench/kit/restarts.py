"""PostgreSQL restarted while people read and write: what they see, and whether each write is there once.

Four read, four write: a register is saved again and again, a page of an application filled in, notices are
written, people sign in. Whoever is answered 503 sends what the page kept, under the key it carries.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import psycopg2

from ops.bench.kit.postgres import FAST, IMMEDIATE, PostgresServer
from ops.bench.kit.redis import until
from ops.bench.kit.visitors import FORM, Answer, Counts, Visitor
from ops.browse.forms import form_values

_WRITERS = ("notices", "marks", "names")


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, and the language the account has."""

    identifier: str
    password: str
    lang: str


@dataclass(frozen=True)
class School:
    """Where it is served, and who takes part."""

    url: str
    teacher: Account
    guardian: Account
    officer: Account
    editor: Account
    register: str
    """The address of a register that the teacher may take."""
    day: date
    """The day it is there."""


@dataclass
class Ledger:
    """What one writer was told."""

    acknowledged: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    """Answered 409: done before, or the record has changed, so look first."""


@dataclass
class Found:
    """What a drill found."""

    counts: Counts
    began: float = 0.0
    absences: list[tuple[str, float]] = field(default_factory=list)
    """(how it was stopped, seconds from the first 503 to the last)."""
    stopped: list[tuple[str, float]] = field(default_factory=list)
    """(how, seconds from the order to stop until it took connections again)."""
    acknowledged: int = 0
    unsure: int = 0
    lost: int = 0
    doubled: int = 0
    after: int = 0
    """Requests right after the restarts; all have to be answered well."""
    after_bad: int = 0
    away: dict[str, int] = field(default_factory=dict)
    """Status of each address asked while there is no PostgreSQL at all."""


class Drill:
    """One run."""

    def __init__(self, school: School, server: PostgresServer) -> None:
        self.school, self.server = school, server
        self.counts = Counts()
        self.over = threading.Event()
        self.broken: list[BaseException] = []
        self.notices, self.marks, self.names, self.entries = Ledger(), Ledger(), Ledger(), Ledger()
        self.draft = ""
        self.version = 0
        self.free = threading.Event()
        """While it is not set, who has filled in a form waits with it in the hand."""
        self.free.set()
        self.holding: set[str] = set()
        self.done: Counter[str] = Counter()
        """How often each of them came to the end of what they do."""

    def run(self, ways: tuple[str, ...] = ("fast", "immediate"), *, rounds: int = 1) -> Found:
        """Everything at once. Between two restarts everybody does what they do `rounds` times.

        At every other restart the writers have a form in the hand and send it while there is no PostgreSQL; at the
        others they are wherever they are.
        """
        found = Found(self.counts)
        self.version = self._register_version()
        readers = [self._reader(account, path) for account, path in self._reading()]
        everybody = [*readers, self._write_notices, self._save_registers, self._fill_in, self._sign_in]
        threads = [threading.Thread(target=self._guarded, args=(each,)) for each in everybody]
        for each in threads:
            each.start()
        try:
            self._work_on(rounds)
            for turn, way in enumerate(ways):
                self._restart(found, way, with_forms=turn % 2 == 0)
                self._work_on(rounds)
                bad = [at for at, _ in self.counts.bad]
                began = len(bad) - sum(at >= found.began for at in bad)
                found.absences.append((way, max(bad) - bad[began] if began < len(bad) else 0.0))
        finally:
            self.free.set()
            self.over.set()
        for each in threads:
            each.join(40)
        if self.broken:
            raise self.broken[0]
        self._ask_afterwards(found)
        self._check(found)
        self._ask_without(found)
        return found

    def _restart(self, found: Found, way: str, *, with_forms: bool) -> None:
        if with_forms:
            self.free.clear()
            self._until(lambda: len(self.holding) == len(_WRITERS))
        found.began = time.monotonic()
        self.server.stop({"fast": FAST, "immediate": IMMEDIATE}[way])
        kept = self.counts.kept
        self.free.set()
        if with_forms:
            self._until(lambda: self.counts.kept >= kept + len(_WRITERS))
        self.server.start()
        found.stopped.append((way, time.monotonic() - found.began))

    def _work_on(self, rounds: int) -> None:
        """Until everybody has done their work so many times more."""
        goal = {
            name: self.done[name] + rounds for name in (*(path for _, path in self._reading()), *_WRITERS)
        }
        self._until(lambda: all(self.done[name] >= times for name, times in goal.items()))

    def _until(self, condition: Callable[[], bool]) -> None:
        until(lambda: bool(self.broken) or condition(), seconds=60)
        if self.broken:
            raise self.broken[0]

    def _in_hand(self, name: str) -> None:
        """A writer has filled in a form, and sends it once the drill lets them."""
        self.holding.add(name)
        self.free.wait(60)
        self.holding.discard(name)

    # --- people

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except TimeoutError:
            pass  # it was over while something was still to be sent again
        except BaseException as error:
            self.broken.append(error)
            raise

    def _reading(self) -> list[tuple[Account | None, str]]:
        school = self.school
        return [
            (None, "/bn/"),
            (school.guardian, "/family/"),
            (school.teacher, school.register),
            (school.officer, "/admissions/applications/"),
        ]

    def _visitor(self, account: Account | None, lang: str = "bn") -> Visitor:
        visitor = Visitor(self.school.url, self.counts, account.lang if account else lang)
        if account:
            answer = visitor.sign_in(account.identifier, account.password, self.over)
            assert answer.status == 303, f"{account.identifier}: {answer.status}"  # noqa: S101 - the drill must not go on silently
        return visitor

    def _reader(self, account: Account | None, path: str) -> Callable[[], None]:
        def read() -> None:
            visitor = self._visitor(account)
            while not self.over.is_set():
                answer = visitor.get(path, self.over)
                assert answer.status == 200, f"{path}: {answer.status}"  # noqa: S101 - the drill must not go on silently
                self.done[path] += 1

        return read

    def _note(self, ledger: Ledger, name: str, answer: Answer) -> None:
        if answer.status == 409:
            ledger.unsure.append(name)
        else:
            assert answer.status == 303, f"{name}: {answer.status}\n{answer.soup.main}"  # noqa: S101 - as above
            ledger.acknowledged.append(name)

    def _write_notices(self) -> None:
        editor, number = self._visitor(self.school.editor), 0
        while not self.over.is_set():
            number += 1
            form = editor.get("/site/notices/new", self.over).soup.select_one("#write")
            assert form is not None  # noqa: S101 - as above
            typed = {"title_en": f"Drill {number}", "content_en": "Everybody comes.", "act": "save"}
            self._in_hand("notices")
            sent = editor.send(str(form["action"]), form_values(form) | typed, self.over)
            self._note(self.notices, f"Drill {number}", sent)
            self.done["notices"] += 1

    def _save_registers(self) -> None:
        teacher, turn = self._visitor(self.school.teacher), 0
        while not self.over.is_set():
            turn += 1
            form = teacher.get(self.school.register, self.over).soup.select_one(FORM)
            assert form is not None  # noqa: S101 - as above
            values = form_values(form)
            pupil = next(name for name, value in values.items() if value in {"present", "absent", "late"})
            changed = {pupil: "absent" if values[pupil] != "absent" else "late"}
            self._in_hand("marks")
            answer = teacher.send(str(form["action"]), values | changed, self.over)
            self._note(self.marks, changed[pupil], answer)
            self.done["marks"] += 1

    def _fill_in(self) -> None:
        family, number = self._visitor(None, "en"), 0
        start = family.get("/en/admissions/", self.over).soup.select_one(FORM)
        assert start is not None  # noqa: S101 - as above
        begun = family.send(str(start["action"]), form_values(start), self.over)
        step = begun.headers["Location"]
        self.draft = step.split("/apply/")[1].split("/")[0]
        while not self.over.is_set():
            number += 1
            form = family.get(step, self.over).soup.select_one(FORM)
            assert form is not None  # noqa: S101 - as above
            typed = {"child_name_en": f"Drill {_in_letters(number)}", "do": "later"}
            self._in_hand("names")
            answer = family.send(str(form["action"]), form_values(form) | typed, self.over)
            self._note(self.names, typed["child_name_en"], answer)
            self.done["names"] += 1

    def _sign_in(self) -> None:
        account = self.school.guardian
        for number in range(4):  # an account has ten tries in five minutes, and what a 503 kept is a try too
            visitor = Visitor(self.school.url, self.counts, account.lang)
            answer = visitor.sign_in(account.identifier, account.password, self.over)
            self._note(self.entries, f"entry {number}", answer)
            if visitor.get("/family/", self.over).status != 200:
                raise AssertionError("signed in and not known afterwards")
            if self.over.wait(0.5):
                return

    # --- afterwards

    def _ask_afterwards(self, found: Found) -> None:
        """Each worker's first requests once everything is back, on connections that died meanwhile."""
        self.over.clear()
        people = [(self._visitor(account), path) for account, path in self._reading()]
        self.server.stop()
        self.server.start()
        for _ in range(4):
            for visitor, path in people:
                answer = visitor.ask(path)
                found.after += 1
                found.after_bad += answer is None or answer.status != 200

    def _ask_without(self, found: Found) -> None:
        reader = self._visitor(self.school.officer)
        self.server.stop()
        for path in ("/healthz", "/readyz", f"/{reader.lang}/", "/admissions/applications/"):
            before = len(self.counts.faults)
            answer = reader.ask(path)
            found.away[path] = answer.status if answer else 0
            if path == "/readyz":
                del self.counts.faults[before:]  # it speaks to programs
        self.server.start()

    def _register_version(self) -> int:
        section = self.school.register.split("/registers/")[1].split("/")[0]
        return self._one(
            "SELECT coalesce(max(version), 0) FROM attendance_registers WHERE section_id = %s AND date = %s",
            section,
            self.school.day.isoformat(),
        )

    def _one(self, statement: str, *values: str) -> int:
        connection = psycopg2.connect(self.server.url.replace("+psycopg2", ""))
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        connection.close()
        return int(row[0]) if row else 0

    def _check(self, found: Found) -> None:
        """Each acknowledged write is there once; what was not acknowledged is there at most once."""
        ledgers = (self.notices, self.marks, self.names, self.entries)
        found.acknowledged = sum(len(each.acknowledged) for each in ledgers)
        found.unsure = sum(len(each.unsure) for each in ledgers)
        for title in self.notices.acknowledged:
            found.lost += self._one("SELECT count(*) FROM notices WHERE title->>'en' = %s", title) == 0
        found.doubled += self._one(
            "SELECT coalesce(sum(times - 1), 0) FROM (SELECT count(*) AS times FROM notices"
            " WHERE title->>'en' LIKE 'Drill %%' GROUP BY title->>'en') AS each"
        )
        # One writer: each save is one version more, and one that was answered 409 had been stored unheard.
        versions = self._register_version() - self.version
        told, heard = len(self.marks.acknowledged), len(self.marks.acknowledged) + len(self.marks.unsure)
        found.lost += max(0, told - versions)
        found.doubled += max(0, versions - heard - 1)  # the last one may have been cut off by the end
        last = self.names.acknowledged[-1] if self.names.acknowledged else ""
        later = _in_letters(len(self.names.acknowledged) + 1)
        found.lost += bool(last) and not self._one(
            "SELECT count(*) FROM admission_applications WHERE child_name_en IN (%s, %s)",
            last,
            f"Drill {later}",
        )
        found.doubled += max(
            0,
            self._one("SELECT count(*) FROM admission_applications WHERE child_name_en LIKE 'Drill %%'") - 1,
        )


def _in_letters(number: int) -> str:
    """A number as a name may be written: 12 is "bc"."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
