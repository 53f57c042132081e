"""OneRoster bundles to break: read from tests/data, changed in memory, written as a folder or a zip file."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "oneroster-sample"
"""The public demonstration school. It lies beside the repository and is no part of it."""
NO_SAMPLE = f"the public sample is not at {SAMPLE}: it lies beside the repository where the school is built"


def small_bundle(version: str = "1.2") -> dict[str, bytes]:
    """The files of the small bundle, by name."""
    return {file.name: file.read_bytes() for file in sorted((DATA / f"oneroster-{version}").iterdir())}


def edited(files: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    """The same files with one text of one of them replaced. The text must be there."""
    text = files[file].decode("utf-8-sig")
    assert old in text, f"{file} does not hold {old!r}"
    return {**files, file: text.replace(old, new, 1).encode()}


def without(files: dict[str, bytes], *names: str) -> dict[str, bytes]:
    """The files but these."""
    return {name: data for name, data in files.items() if name not in names}


def with_row(files: dict[str, bytes], file: str, **values: str) -> dict[str, bytes]:
    """The same files with one more row at the end of one of them."""
    text = files[file].decode("utf-8-sig").rstrip("\r\n") + "\n"
    header = next(csv.reader(io.StringIO(text)))
    assert set(values) <= set(header)
    line = io.StringIO()
    csv.DictWriter(line, header, lineterminator="\n").writerow(values)
    return {**files, file: (text + line.getvalue()).encode()}


def line_of(files: dict[str, bytes], file: str, beginning: str) -> int:
    """The line of a file that begins with this text."""
    lines = files[file].decode("utf-8-sig").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(beginning))


def write_folder(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def write_zip(files: dict[str, bytes], path: Path) -> Path:
    """Write the files into a zip file and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
