"""The columns of the files we read, and the check of each row by itself.

A row that fails costs only itself. A column that is missing or misspelt is found in the header: a column
that may be empty is then empty in every row, and where a required one is missing every row of the file is
refused with the same reason, because none of them can be understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

from app.integrations.oneroster.reader import read_records
from app.integrations.oneroster.types import BrokenBundle, Bundle, Finding, Place, Verdict

MAX_KEY: Final = 120
MAX_VALUE: Final = 4000

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}


def parse_day(text: str) -> date:
    """Return the day of `2026-05-19`. Raises ValueError with a reason for people."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text[:20]}" is not a date such as 2026-01-31') from None
    if not 1900 <= day.year <= 2199:
        raise ValueError(f'"{text}" is no year a school can have to do with')
    return day


def parse_flag(text: str) -> bool:
    """Return whether it is `true`. Raises ValueError with a reason for people."""
    flag = _FLAGS.get(text.lower())
    if flag is None:
        raise ValueError(f'"{text[:20]}" is neither true nor false')
    return flag


def parse_many(text: str) -> tuple[str, ...]:
    """Return the parts of a list such as `u-58,u-831`, each once, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _one_of(*allowed: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in allowed:
            near = get_close_matches(text, allowed, 1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise ValueError(f'"{text[:40]}" is not known here{hint}')
        return text

    return check


def _key(text: str) -> str:
    if len(text) > MAX_KEY:
        raise ValueError(f"longer than {MAX_KEY} characters")
    return text


@dataclass(frozen=True, slots=True)
class Column:
    """A column: whether it must be there, whether it may be empty, and what its values look like."""

    required: bool = False
    filled: bool = False
    check: Callable[[str], object] = str


_OPTIONAL: Final = Column()
_FILLED: Final = Column(required=True, filled=True)
_SOURCED_ID: Final = Column(required=True, filled=True, check=_key)
_DATE: Final = Column(check=parse_day)
_FILLED_DATE: Final = Column(required=True, filled=True, check=parse_day)

STAFF_ROLES: Final = frozenset(
    {
        "administrator",
        "aide",
        "counselor",
        "districtAdministrator",
        "principal",
        "proctor",
        "siteAdministrator",
        "systemAdministrator",
        "teacher",
    }
)
GUARDIAN_ROLES: Final = frozenset({"guardian", "parent", "relative"})
_ROLES: Final = ("student", *sorted(STAFF_ROLES), *sorted(GUARDIAN_ROLES))
ROLE: Final = Column(required=True, filled=True, check=_one_of(*_ROLES))
SESSION_TYPES: Final = ("gradingPeriod", "semester", "schoolYear", "term")


def _columns(names: str, **special: Column) -> dict[str, Column]:
    every = dict.fromkeys(("status", "dateLastModified", *names.split()), _OPTIONAL)
    return {"sourcedId": _SOURCED_ID, **every, **special}


COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = {
    "orgs": _columns(
        "identifier parentSourcedId",
        name=_FILLED,
        type=Column(
            required=True,
            filled=True,
            check=_one_of("department", "district", "local", "national", "school", "state"),
        ),
    ),
    "academicSessions": _columns(
        "parentSourcedId schoolYear",
        title=_FILLED,
        type=Column(required=True, filled=True, check=_one_of(*SESSION_TYPES)),
        startDate=_FILLED_DATE,
        endDate=_FILLED_DATE,
    ),
    "courses": _columns(
        "schoolYearSourcedId courseCode grades subjects subjectCodes", title=_FILLED, orgSourcedId=_FILLED
    ),
    "classes": _columns(
        "grades classCode location termSourcedIds subjects subjectCodes periods",
        title=_FILLED,
        courseSourcedId=_FILLED,
        classType=Column(required=True, filled=True, check=_one_of("homeroom", "scheduled")),
        schoolSourcedId=_FILLED,
    ),
    "users": _columns(
        "username userIds middleName identifier email sms phone agentSourcedIds grades password "
        "userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName preferredFamilyName "
        "primaryOrgSourcedId pronouns",
        enabledUser=Column(check=parse_flag),
        givenName=Column(required=True),
        familyName=Column(required=True),
    ),
    "roles": _columns(
        "userProfileSourcedId",
        userSourcedId=_FILLED,
        roleType=Column(check=_one_of("primary", "secondary")),
        role=ROLE,
        beginDate=_DATE,
        endDate=_DATE,
        orgSourcedId=_FILLED,
    ),
    "enrollments": _columns(
        "schoolSourcedId",
        classSourcedId=_FILLED,
        userSourcedId=_FILLED,
        role=Column(
            required=True,
            filled=True,
            check=_one_of("administrator", "aide", "proctor", "student", "teacher"),
        ),
        primary=Column(check=parse_flag),
        beginDate=_DATE,
        endDate=_DATE,
    ),
    "demographics": _columns(
        "americanIndianOrAlaskaNative asian blackOrAfricanAmerican nativeHawaiianOrOtherPacificIslander white "
        "demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation "
        "cityOfBirth publicSchoolResidenceStatus",
        birthDate=_DATE,
        sex=Column(check=_one_of("female", "male", "other", "unspecified")),
    ),
}

KINDS: Final[Mapping[str, str]] = {
    "orgs": "campus",
    "academicSessions": "academic session",
    "courses": "subject",
    "classes": "class",
    "users": "user",
    "roles": "role",
    "enrollments": "enrolment",
    "demographics": "birth date and sex",
}
"""What a row of a file is called as long as nothing more is known of it."""


def columns_of(file: str, version: str) -> Mapping[str, Column]:
    """Return the columns of a file: 1.1 keeps a user's role and schools with the user."""
    if file == "users" and version == "1.1":
        return {**COLUMNS["users"], "role": ROLE, "orgSourcedIds": _FILLED}
    return COLUMNS[file]


@dataclass(frozen=True, slots=True)
class Row:
    """A checked row: its place and the values of the columns we know."""

    place: Place
    values: Mapping[str, str]

    @property
    def source_id(self) -> str:
        """The key of the row in its file."""
        return self.values["sourcedId"]

    def text(self, column: str) -> str:
        """A value, empty where there is none."""
        return self.values.get(column, "")

    def day(self, column: str) -> date | None:
        """A date, or None where there is none."""
        value = self.text(column)
        return parse_day(value) if value else None

    def flag(self, column: str) -> bool | None:
        """True, false, or None where there is neither."""
        value = self.text(column)
        return parse_flag(value) if value else None

    def many(self, column: str) -> tuple[str, ...]:
        """The parts of a list."""
        return parse_many(self.text(column))


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file that can be used, by their key, and the places of those that cannot."""

    rows: Mapping[str, Row]
    lost: Mapping[str, Place]
    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Row]:
        """The rows in the order of the file."""
        return iter(self.rows.values())


def read_table(bundle: Bundle, file: str) -> Table:
    """Return the checked rows of a file; an undeclared file has none. Raises BrokenBundle."""
    if file not in bundle.files:
        return Table({}, {}, ())
    name = f"{file}.csv"
    records = read_records(name, bundle.files[file])
    if not records:
        raise BrokenBundle(f"{name} is empty; it needs at least its line of column names.")
    line, header = records[0][0], [part.strip() for part in records[0][1]]
    columns = columns_of(file, bundle.version)
    known = [column for column in header if column in columns]
    if len(known) != len(set(known)):
        raise BrokenBundle(f"{name} names a column twice, so its values cannot be told apart.")
    if "sourcedId" not in known and len(known) < 2:
        raise BrokenBundle(f"{name} does not begin with a line of column names.")
    missing = [column for column, rule in columns.items() if rule.required and column not in known]
    findings = list(_header_findings(Place(name, line), KINDS[file], header, columns, missing))
    rows: dict[str, Row] = {}
    lost: dict[str, Place] = {}
    for line, record in records[1:]:
        row = Row(Place(name, line), dict(zip(header, (part.strip() for part in record), strict=False)))
        key = row.text("sourcedId")
        if key in rows:
            reason, verdict = (
                f'sourcedId "{key}" stands in line {rows[key].place.line} already',
                Verdict.REFUSED,
            )
        elif missing:
            reason, verdict = f"the column {', '.join(missing)} is missing", Verdict.REFUSED
        else:
            reason, verdict = _problem(header, record, row, columns)
        if reason:
            findings.append(Finding(row.place, verdict, KINDS[file], row_name(row), reason))
            if key and key not in rows:
                lost.setdefault(key, row.place)
        else:
            rows[key] = row
    return Table(rows, lost, tuple(findings))


def row_name(row: Row) -> str:
    """Return what a row is about, for messages: a name, a title, or its key."""
    name = " ".join(filter(None, (row.text("givenName"), row.text("familyName"))))
    return row.text("title") or row.text("name") or name or row.text("sourcedId") or "without sourcedId"


def _header_findings(
    place: Place, kind: str, header: list[str], columns: Mapping[str, Column], missing: list[str]
) -> Iterator[Finding]:
    absent = [column for column in columns if column not in header]
    for column in header:
        if column in columns or not column or column.startswith("metadata."):
            continue
        near = get_close_matches(column, absent, 1, cutoff=0.75)
        if near:
            reason = f'not a known column; did you mean "{near[0]}"? Its values are not read'
            yield Finding(place, Verdict.REFUSED, "column", column, reason)
        else:
            yield Finding(
                place, Verdict.NOTED, "column", column, "not a known column; its values are not read"
            )
    for column in missing:
        yield Finding(place, Verdict.REFUSED, "column", column, f"missing; no {kind} can be read without it")


def _problem(
    header: list[str], record: list[str], row: Row, columns: Mapping[str, Column]
) -> tuple[str, Verdict]:
    refused = Verdict.REFUSED
    if len(record) < len(header) or any(part.strip() for part in record[len(header) :]):
        return f"{len(record)} values where the header has {len(header)} columns", refused
    for column, rule in columns.items():
        value = row.text(column)
        if "\0" in value:
            return f"{column} holds a character that cannot be kept", refused
        if not value:
            if rule.filled:
                return f"{column} is empty", refused
            continue
        if len(value) > MAX_VALUE:
            return f"{column} is longer than {MAX_VALUE} characters", refused
        try:
            rule.check(value)
        except ValueError as error:
            return f"{column}: {error}", refused
    status = row.text("status")
    if status == "tobedeleted":
        return "marked to be deleted; an import deletes nothing", Verdict.SKIPPED
    if status not in ("", "active"):
        return f'status: "{status[:20]}" is not known here', refused
    return "", refused
