"""A bundle as a whole: what can be opened, and what is broken and says so in one sentence."""

from __future__ import annotations

import os
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.integrations.oneroster import BrokenBundle, make_plan, read_bundle
from app.integrations.oneroster import reader as reader_module
from app.integrations.oneroster.reader import KNOWN, USED, open_bundle
from tests.support.bundles import edited, small_bundle, without, write_folder, write_zip


def test_a_folder_and_a_zip_file_hold_the_same_bundle(tmp_path: Path) -> None:
    files = small_bundle()
    folder = read_bundle(write_folder(files, tmp_path / "bundle"))
    packed = read_bundle(write_zip({**files, "readme.txt": b"hello"}, tmp_path / "bundle.zip"))
    assert folder == packed
    assert folder.version == "1.2"
    assert set(folder.files) == set(USED)


def test_the_older_version_has_no_file_of_roles() -> None:
    bundle = open_bundle(small_bundle("1.1"))
    assert bundle.version == "1.1"
    assert set(bundle.files) == set(USED) - {"roles"}


def test_marks_line_ends_and_empty_lines_change_nothing() -> None:
    plain = small_bundle()
    odd = {name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") + b"\r\n\r\n" for name, data in plain.items()}
    assert make_plan(open_bundle(odd)) == make_plan(open_bundle(plain))


def test_lines_are_counted_also_where_a_value_runs_over_several() -> None:
    files = edited(
        small_bundle(), "users.csv", "s-2,", '\n\n"s-1b",,,true,,,"Two\nlines",Here' + "," * 14 + "\ns-2,"
    )
    places = {user.source_id: user.place.line for user in make_plan(open_bundle(files)).users}
    findings = {each.name.split()[0]: each.place.line for each in make_plan(open_bundle(files)).findings}
    assert findings["Two"] == 5
    assert places["s-2"] == 7


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("manifest.csv", "propertyName,value", "name,value", "does not begin with the columns"),
        ("manifest.csv", "oneroster.version,1.2", "oneroster.version,1.0", 'says oneroster.version "1.0"'),
        ("manifest.csv", "file.users,bulk", "file.users,delta", "export the whole data (bulk)"),
        ("manifest.csv", "file.results,absent", "file.results,delta", "export the whole data (bulk)"),
        ("manifest.csv", "file.users,bulk", "file.users,perhaps", "must be bulk or absent"),
        ("manifest.csv", "file.users,bulk", "file.users,absent", "users.csv is missing from the manifest"),
        ("manifest.csv", "file.roles,bulk", "file.roles,absent", "roles.csv is missing from the manifest"),
        ("manifest.csv", "file.results,absent", "file.results,bulk", "names results.csv, but the bundle"),
        ("orgs.csv", "Padma School Trust", '"Padma School Trust', "orgs.csv cannot be read as CSV"),
        ("users.csv", "sourcedId,status", "sourcedId,sourcedId", "names a column twice"),
    ],
)
def test_a_broken_bundle_is_told_in_one_sentence(file: str, old: str, new: str, sentence: str) -> None:
    files = edited(small_bundle(), file, old, new)
    with pytest.raises(BrokenBundle) as caught:
        make_plan(open_bundle(files))
    text = str(caught.value)
    assert sentence in text
    assert text.endswith(".") and "\n" not in text


@pytest.mark.parametrize(
    "file", ["orgs.csv", "academicSessions.csv", "users.csv", "roles.csv", "demographics.csv"]
)
def test_a_file_that_the_manifest_names_must_be_there(file: str) -> None:
    with pytest.raises(BrokenBundle, match=f"The manifest names {file}, but the bundle does not hold it"):
        open_bundle(without(small_bundle(), file))


def test_without_a_manifest_nothing_is_read() -> None:
    with pytest.raises(BrokenBundle, match=r"no manifest\.csv"):
        open_bundle(without(small_bundle(), "manifest.csv"))


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_broken(data: bytes) -> None:
    with pytest.raises(BrokenBundle, match=r"users\.csv is empty"):
        make_plan(open_bundle({**small_bundle(), "users.csv": data}))


def test_a_file_of_something_else_is_broken() -> None:
    with pytest.raises(BrokenBundle, match="does not begin with a line of column names"):
        make_plan(open_bundle({**small_bundle(), "users.csv": b"%PDF-1.7\n1 0 obj\n"}))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_broken_and_names_the_line(encoding: str) -> None:
    text = "sourcedId,name,type\nschool-1,École,school\n"
    with pytest.raises(BrokenBundle, match=r"orgs\.csv is not written in UTF-8 \(line \d\)"):
        open_bundle({**small_bundle(), "orgs.csv": text.encode(encoding)})


def test_a_file_outside_the_manifest_is_not_read() -> None:
    files = edited(small_bundle(), "manifest.csv", "file.demographics,bulk", "file.demographics,absent")
    bundle = open_bundle(files)
    assert "demographics" not in bundle.files
    assert [(each.name, each.reason) for each in bundle.findings] == [
        ("demographics.csv", "not in the manifest, so it is not read")
    ]


# --- places and zip files


def test_nothing_at_the_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="There is no folder and no zip file at"):
        read_bundle(tmp_path / "nowhere")


def test_a_pipe_instead_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    folder = write_folder(without(small_bundle(), "users.csv"), tmp_path / "bundle")
    os.mkfifo(folder / "users.csv")
    with pytest.raises(BrokenBundle, match=r"names users\.csv"):
        read_bundle(folder)


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip file at all", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    with pytest.raises(BrokenBundle, match=r"bundle\.zip is not a zip file that can be read"):
        read_bundle(path)


def test_a_truncated_zip_file_is_told(tmp_path: Path) -> None:
    path = write_zip(small_bundle(), tmp_path / "bundle.zip")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BrokenBundle):
        read_bundle(path)


@pytest.mark.parametrize(
    "name", ["school/users.csv", "../users.csv", "/etc/users.csv", "a\\users.csv", "c:users.csv"]
)
def test_an_entry_with_a_path_is_refused(tmp_path: Path, name: str) -> None:
    path = write_zip({**small_bundle(), name: b"x"}, tmp_path / "bundle.zip")
    with pytest.raises(BrokenBundle, match="zip the files themselves"):
        read_bundle(path)


def test_an_entry_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = write_zip(small_bundle(), tmp_path / "bundle.zip")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("users.csv", b"sourcedId\n")
    with pytest.raises(BrokenBundle, match="twice"):
        read_bundle(path)


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    many = {f"{number}.txt": b"" for number in range(200)}
    with pytest.raises(BrokenBundle, match="holds 209 entries"):
        read_bundle(write_zip(many | small_bundle() | {"manifest.csv": b""}, tmp_path / "bundle.zip"))


def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path) -> None:
    path = write_zip({**small_bundle(), "users.csv": b"\0" * 40_000_000}, tmp_path / "bundle.zip")
    assert path.stat().st_size < 100_000
    with pytest.raises(BrokenBundle, match="unpacks to far more"):
        read_bundle(path)


def test_a_claimed_size_is_not_believed(tmp_path: Path) -> None:
    path = write_zip({**small_bundle(), "users.csv": b"\0" * 40_000_000}, tmp_path / "bundle.zip")
    size = (40_000_000).to_bytes(4, "little")
    data = path.read_bytes()
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(BrokenBundle):
        read_bundle(path)


def test_the_files_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MAX_TOTAL", 2000)
    with pytest.raises(BrokenBundle):
        read_bundle(write_zip(small_bundle(), tmp_path / "bundle.zip"))
    with pytest.raises(BrokenBundle, match="larger than"):
        read_bundle(write_folder(small_bundle(), tmp_path / "bundle"))


def test_a_locked_zip_file_is_refused(tmp_path: Path) -> None:
    path = write_zip(small_bundle(), tmp_path / "bundle.zip")
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02")
    data[start + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BrokenBundle, match="locked with a password"):
        read_bundle(path)


# --- anything at all

_FILES = st.sampled_from(sorted({"manifest.csv", *(f"{name}.csv" for name in USED)}))


@given(st.dictionaries(_FILES, st.binary(max_size=300)))
def test_random_bytes_end_in_a_plan_or_in_a_broken_bundle(files: dict[str, bytes]) -> None:
    try:
        make_plan(open_bundle(files))
    except BrokenBundle as error:
        assert "\n" not in str(error)


_CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "s-1",
            "g-1",
            "h-6a",
            "y26",
            "school-1",
            "student",
            "teacher",
            "true",
            "2026-01-01",
            "t1,t2",
            "\0",
            "x" * 130,
        ]
    ),
    st.text(max_size=12),
)


@given(
    st.sampled_from(sorted(USED)),
    st.lists(st.lists(_CELL, min_size=1, max_size=14), min_size=1, max_size=6),
    st.sampled_from(["1.1", "1.2"]),
)
def test_random_rows_cost_only_themselves(name: str, rows: list[list[str]], version: str) -> None:
    files = small_bundle(version)
    if f"{name}.csv" not in files:
        return
    header = files[f"{name}.csv"].decode("utf-8-sig").splitlines()[0]
    body = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    changed = {**files, f"{name}.csv": f"{header}\n{body}\n".encode("utf-8", "replace")}
    try:
        plan = make_plan(open_bundle(changed))
    except BrokenBundle as error:
        # A row cannot break a bundle, only a file that cannot be cut into rows can.
        assert "cannot be read as CSV" in str(error)
        return
    known = {user.source_id for user in plan.users}
    assert {link.student_id for link in plan.links} <= known
    assert {seat.user_id for seat in plan.seats} <= known


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(data=st.binary(max_size=400), at=st.integers(0, 5000))
def test_a_damaged_zip_file_ends_in_a_bundle_or_in_a_broken_one(tmp_path: Path, data: bytes, at: int) -> None:
    path = write_zip(small_bundle(), tmp_path / "bundle.zip")
    whole = path.read_bytes()
    path.write_bytes(whole[: at % len(whole)] + data + whole[at % len(whole) + len(data) :])
    try:
        make_plan(read_bundle(path))
    except BrokenBundle as error:
        assert "\n" not in str(error)


def test_every_used_file_is_a_known_one() -> None:
    assert set(USED) <= KNOWN
