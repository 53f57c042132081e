"""`./dev check`: no key, password or token stands in the files that are kept.

A line that only looks like one says `pragma: allowlist secret` and why. In tests the words behind `password=` are
those of people who do not exist, so only what looks like a real key counts there.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parents[2]
UNREAD = (".po", ".pot", ".png", ".lock", "-lock.json", "requirements.txt", "requirements-dev.txt")
"""Names and digests that machines wrote, and pictures."""
INVENTED = {"Secret Keyword", "Basic Auth Credentials"}


def main() -> int:
    """Print each finding as `file:line kind`. Returns 1 when there is any."""
    found = 0
    with default_settings():
        for name in kept_files():
            for secret in scan_file(name):
                if secret.type in INVENTED and (name.startswith("tests/") or is_words(secret.secret_value)):
                    continue
                print(f"{name}:{secret.line_number} {secret.type}")  # its output is the finding
                found += 1
    return 1 if found else 0


def is_words(value: str | None) -> bool:
    """Whether this is a name or a sentence, as of a column or a kind of letter; no key has only letters."""
    return bool(value) and all(part.isalpha() for part in re.split(r"[\s_.,;:-]+", value or "") if part)


def kept_files() -> list[str]:
    """The files that git keeps, except those that no person writes."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and not name.endswith(UNREAD)]


if __name__ == "__main__":
    sys.exit(main())
