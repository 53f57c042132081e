"""The process that sets one document: reads an order from its standard input, writes the PDF to its standard output.

It is started by `setting.typeset` and imports nothing of the application. Its root is the folder of the templates,
beyond which Typst reads no file, and no template names a package, so that nothing is fetched.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

_MEMORY = 1024**3


def main() -> None:
    """Set the document that is asked for."""
    order = json.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    import typst

    templates = Path(__file__).resolve().parent / "templates"
    pdf = typst.compile(
        str(templates / order["template"]),
        root=str(templates),
        font_paths=order["fonts"],
        ignore_system_fonts=True,
        sys_inputs={"data": order["data"]},
        timestamp=datetime.fromtimestamp(order["at"], UTC),
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
