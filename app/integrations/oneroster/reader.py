"""Opening a bundle, a folder or a zip file, and deciding whether it can be used as a whole.

A bundle comes from somewhere else and is not trusted: a zip file may hold paths, thousands of entries or a
few kilobytes that unpack to gigabytes, so nothing is ever unpacked to disk and nothing is read further than
its limit. Whatever is wrong ends in one BrokenBundle with one sentence.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

from app.integrations.oneroster.types import BrokenBundle, Bundle, Finding, Place, Verdict
from app.integrations.tables import BrokenRecord, numbered_records

MANIFEST: Final = "manifest.csv"
REQUIRED: Final = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
"""Without one of these files a school cannot be made. 1.2 needs `roles` as well."""
USED: Final[tuple[str, ...]] = (*REQUIRED, "roles", "demographics")
KNOWN: Final = frozenset(
    {
        *USED,
        "categories",
        "classResources",
        "courseResources",
        "lineItemLearningObjectiveIds",
        "lineItems",
        "lineItemScoreScales",
        "resources",
        "resultLearningObjectiveIds",
        "results",
        "resultScoreScales",
        "scoreScales",
        "userProfiles",
        "userResources",
    }
)

MAX_ENTRIES: Final = 100
"""A bundle has at most two dozen files."""
MAX_TOTAL: Final = 256 * 1024 * 1024
"""Bytes of all files together, unpacked. 20,000 pupils with ten subjects each are about 30 MB."""
MAX_RATIO: Final = 200
"""Unpacked to packed. Tables of a school reach about 20; what is made to hurt reaches 1,000."""
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises on files that are not, or not quite, a zip file."""
_RATIO_FROM: Final = 1024 * 1024
"""Files below this size do no harm whatever their ratio."""


def read_bundle(path: Path) -> Bundle:
    """Return the declared files of the bundle at `path` as text. Raises BrokenBundle.

    Files that the manifest does not declare are not read.
    """
    if path.is_dir():
        raw = _read_folder(path)
    elif path.is_file():
        raw = _read_zip(path)
    else:
        raise BrokenBundle(f"There is no folder and no zip file at {path}.")
    return open_bundle(raw)


def open_bundle(raw: dict[str, bytes]) -> Bundle:
    """Return the bundle that these files make, by file name. Raises BrokenBundle."""
    if MANIFEST not in raw:
        raise BrokenBundle("The bundle has no manifest.csv, so it does not say which files belong to it.")
    properties = _read_manifest(decode(MANIFEST, raw[MANIFEST]))
    version = properties.get("oneroster.version", "")
    if version not in ("1.1", "1.2"):
        raise BrokenBundle(
            f"manifest.csv says oneroster.version {_quoted(version)}; only 1.1 and 1.2 can be read."
        )
    declared, findings = _declared_files(properties)
    required = (*REQUIRED, "roles") if version == "1.2" else REQUIRED
    for name in required:
        if name not in declared:
            raise BrokenBundle(
                f"{name}.csv is missing from the manifest, and a school cannot be made without."
            )
    for name in sorted(declared):
        if f"{name}.csv" not in raw:
            raise BrokenBundle(f"The manifest names {name}.csv, but the bundle does not hold it.")
    for file in sorted(raw):
        name = file.removesuffix(".csv")
        if name in USED and name not in declared:
            findings.append(
                Finding(Place(file, 1), Verdict.NOTED, "file", file, "not in the manifest, so it is not read")
            )
    files: dict[str, str] = {
        name: decode(f"{name}.csv", raw[f"{name}.csv"]) for name in USED if name in declared
    }
    return Bundle(version, files, tuple(findings))


def decode(file: str, data: bytes) -> str:
    """Return a file as text without its byte order mark. Raises BrokenBundle where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenBundle(
            f"{file} is not written in UTF-8 (line {line}); save it as UTF-8 and try again."
        ) from None


def read_records(file: str, text: str) -> list[tuple[int, list[str]]]:
    """Return the records of a CSV file, each with the line it begins on; empty lines are left out.

    Raises BrokenBundle where quotes do not close, so that it is not known where a record ends.
    """
    records: list[tuple[int, list[str]]] = []
    try:
        records.extend(numbered_records(text, strict=True))
    except BrokenRecord as error:
        raise BrokenBundle(f"{file} cannot be read as CSV from line {error.line} on: {error}.") from None
    return records


def _read_manifest(text: str) -> dict[str, str]:
    records = read_records(MANIFEST, text)
    if not records or [part.strip() for part in records[0][1][:2]] != ["propertyName", "value"]:
        raise BrokenBundle("manifest.csv does not begin with the columns propertyName and value.")
    return {record[0].strip(): record[1].strip() for _, record in records[1:] if len(record) > 1}


def _declared_files(properties: dict[str, str]) -> tuple[set[str], list[Finding]]:
    declared, findings = set(), []
    for key, value in properties.items():
        name = key.removeprefix("file.")
        if name == key:
            continue
        if value == "delta":
            raise BrokenBundle(
                f"The manifest says that {name}.csv holds changes only (delta); export the whole data (bulk)."
            )
        if value not in ("bulk", "absent"):
            raise BrokenBundle(
                f"The manifest says {_quoted(value)} of {name}.csv; it must be bulk or absent."
            )
        if name not in KNOWN:
            findings.append(
                Finding(Place(MANIFEST, 1), Verdict.NOTED, "file", f"{name}.csv", "not a file of OneRoster")
            )
        elif value == "bulk":
            declared.add(name)
    return declared, findings


def _quoted(value: str) -> str:
    return '"' + "".join(char for char in value[:40] if char.isprintable()) + '"'


def _read_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for name in sorted(KNOWN | {"manifest"}):
        file = path / f"{name}.csv"
        if not file.is_file():
            continue
        try:
            with file.open("rb") as stream:
                data = stream.read(MAX_TOTAL - total + 1)
        except OSError as error:
            raise BrokenBundle(f"{file.name} cannot be read: {error.strerror or error}.") from None
        total += len(data)
        _check_total(total)
        files[file.name] = data
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpack(archive)
    except _UNREADABLE:
        raise BrokenBundle(f"{path.name} is not a zip file that can be read.") from None


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise BrokenBundle(f"The zip file holds {len(entries)} entries; a bundle has at most {MAX_ENTRIES}.")
    files: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        _check_entry(entry, files)
        if entry.filename.removesuffix(".csv") not in KNOWN | {"manifest"}:
            continue
        # What the entry says about its size is only a claim: the stream is cut where the limit is.
        allowed = MAX_TOTAL - total
        if entry.compress_size * MAX_RATIO > _RATIO_FROM:
            allowed = min(allowed, entry.compress_size * MAX_RATIO)
        else:
            allowed = min(allowed, _RATIO_FROM)
        with archive.open(entry) as stream:
            data = stream.read(allowed + 1)
        if len(data) > allowed:
            raise BrokenBundle(
                f"{_quoted(entry.filename)} unpacks to far more than a table of a school can be."
            )
        total += len(data)
        files[entry.filename] = data
    return files


def _check_entry(entry: zipfile.ZipInfo, files: dict[str, bytes]) -> None:
    name = entry.filename
    # zipfile itself turns backslashes around on some systems and cuts names at NUL, so the original is asked.
    if any(mark in part for part in (name, entry.orig_filename) for mark in "/\\\0:"):
        raise BrokenBundle(
            f"The zip file holds {_quoted(name)}; zip the files themselves and not the folder they are in."
        )
    if name in files:
        raise BrokenBundle(f"The zip file holds {_quoted(name)} twice.")
    if entry.flag_bits & 0x1:
        raise BrokenBundle("The zip file is locked with a password; zip the files without one.")


def _check_total(total: int) -> None:
    if total > MAX_TOTAL:
        raise BrokenBundle(f"The files are larger than {MAX_TOTAL // 1024 // 1024} MB together.")
