"""Compiled templates are kept in a folder, so that each process does not compile all of them again.

A hundred and fifty templates take a process some two seconds, which the first readers after a start waited for.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class KeptTemplates(FileSystemBytecodeCache):
    """A folder of compiled templates, by name and by what stands in them; a full or read-only disk only costs time."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, which nobody else may write to: what lies in it is run."""
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find one, where there is a folder."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one, where there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
