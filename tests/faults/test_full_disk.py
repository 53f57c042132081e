"""A disk that is really full: the kernel says so, in the middle of a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.admissions.models import ApplicationDocument
from app.domain.files.models import StoredFile
from app.uow import session
from tests.support.applications import draft
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.processes import ROOT
from tests.support.uploads import pdf

ROOM = 256 * 1024
LEFT = 16 * 1024
"""Bytes that are free when the disk is called full: enough for the beginning of a file."""
PAPER = pdf(b"3 0 obj <</Note (" + b"x" * 60_000 + b")>> endobj")


class Disk:
    """A small file system."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.filler = root / "filler"

    def fill(self) -> None:
        """Take all the room but a little."""
        free = os.statvfs(self.root)
        self.filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - LEFT))

    def free(self) -> None:
        """Give it back."""
        self.filler.unlink()

    @property
    def files(self) -> list[str]:
        """What lies there beside the filler, whole or not."""
        return sorted(each.name for each in self.root.rglob("*") if each.is_file() and each != self.filler)


@pytest.fixture
def disk(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """The folder of everything this installation writes is a disk of 256 KB."""
    root = tmp_path / "disk"
    root.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(root)]
    try:
        done = subprocess.run(mounting, capture_output=True, text=True, check=False)
        said = done.stderr.strip() if done.returncode else ""
    except OSError as error:
        said = str(error)
    if said:
        pytest.skip(f"a disk can be mounted by root only, here or in `unshare -rm`: {said}")
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"sa_var": root}))
    yield Disk(root)
    subprocess.run(["umount", str(root)], check=True)


def rows() -> tuple[int, int]:
    counts = [
        session().scalar(select(func.count()).select_from(each)) for each in (StoredFile, ApplicationDocument)
    ]
    return counts[0] or 0, counts[1] or 0


def test_an_upload_on_a_full_disk_is_507_with_its_form_and_goes_through_once_there_is_room(
    client: PageClient, cast: Cast, disk: Disk
) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents"
    page = client.get(here)
    sent = {"birth_certificate": (PAPER, "paper.pdf"), "do": "next"}
    disk.fill()
    refused = page.submit("main form[method=post]", sent, status=507)
    assert refused.response.headers["Retry-After"]
    assert "no room" in refused.one("#birth_certificate-e").get_text()
    assert (disk.files, rows()) == ([], (0, 0)), "no half file and no row"
    disk.free()
    refused.submit("main form[method=post]", sent, status=200)
    assert rows() == (1, 1) and len(disk.files) == 1


def test_a_piece_on_a_full_disk_is_507_and_the_upload_goes_on_where_it_was(
    client: PageClient, cast: Cast, disk: Disk
) -> None:
    here = f"/en/apply/{draft(papers=False)}/documents/birth_certificate"
    mark = {"mark": "m", "size": len(PAPER)}

    def send(what: str, data: bytes = b"", **query: object) -> tuple[int, dict[str, object] | None]:
        answer = client.raw.post(
            f"{here}/{what}",
            query_string=mark | query,
            data=data,
            headers={"X-CSRFToken": client.token()},
            content_type="application/octet-stream",
        )
        return answer.status_code, answer.get_json(silent=True)

    assert send("pieces", PAPER[:500], offset=0) == (200, {"offset": 500})
    disk.fill()
    status, said = send("pieces", PAPER[500:], offset=500)
    assert status == 507 and said is not None and "no room" in str(said["message"])
    kept = client.raw.get(f"{here}/pieces", query_string=mark).get_json()
    assert kept == {"offset": 500}, "what came of the piece is taken back"
    disk.free()
    assert send("pieces", PAPER[500:], offset=500) == (200, {"offset": len(PAPER)})
    disk.fill()
    assert send("finish", name="paper.pdf")[0] == 507
    assert rows() == (0, 0) and len(disk.files) == 1, "only the pieces are there"
    disk.free()
    assert send("finish", name="paper.pdf")[0] == 200
    assert rows() == (1, 1)


IN_A_NAMESPACE = """
import subprocess, sys
from pathlib import Path
from app.integrations.storage import FolderStorage, Pieces, StorageFull
root = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", root], check=True)
pieces = Pieces(root / "uploads")
pieces.append("place", "mark", 0, b"x" * 1000)
for attempt in (
    lambda: FolderStorage(root / "files").put("ab/" + "ab" * 24, b"x" * 300_000, "x"),
    lambda: pieces.append("place", "mark", 1000, b"x" * 300_000),
):
    try:
        attempt()
    except StorageFull:
        print("full")
print(pieces.offset("place", "mark"), sum(each.is_file() for each in root.rglob("*")))
"""


def test_without_root_a_namespace_of_ones_own_has_a_full_disk_too(tmp_path: Path) -> None:
    try:
        possible = subprocess.run(["unshare", "-rm", "true"], capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"there is no unshare: {error}")
    if possible.returncode:
        pytest.skip(f"this system lets nobody make a namespace: {possible.stderr.strip()}")
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", IN_A_NAMESPACE, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["full", "full", "1000", "1"], done.stderr
