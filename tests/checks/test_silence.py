"""A warning is silenced only with its reason beside it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("app", "migrations", "ops", "tests")
_SILENCED = re.compile(r"#\s*(?:type:\s*ignore|noqa|nosec)\b")
_WITH_REASON = re.compile(
    r"#\s*(?:type:\s*ignore\[[a-z, -]+\]|noqa:\s*[A-Z0-9, ]+?|nosec B[0-9]+)\s+(?:#|-|—)\s*\w"
)


def test_every_silence_has_its_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [
            ROOT / "wsgi.py",
            ROOT / "dev",
            *(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")),
        ]
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _SILENCED.search(line) and not _WITH_REASON.search(line)
    ]
    assert bare == []
