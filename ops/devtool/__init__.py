"""The tool behind `./dev`.

    main.py       from the command line to one of the commands
    processes.py  children that never outlive the tool, and signals
    services.py   embedded PostgreSQL and Redis
    assets.py     browser assets and compiled translations, only when their sources changed
    demo.py       ./dev demo
    testing.py    ./dev test, and the services a directly started pytest needs
    checks.py     ./dev check and ./dev fmt
    i18n.py       ./dev i18n
    extras.py     ./dev bench, shell and lock
    shots.py      ./dev shots
    leaks.py      part of ./dev check: no key among the files
    advisories.py ./dev audit

This file is read by the system's Python before there is a virtual environment: standard library only.
"""

COMMANDS = {
    "demo": ("Run", "start everything and load the demo school   [--port 8000] [--reset]"),
    "shell": ("Run", "a Python shell inside the application"),
    "test": ("Check", "every test, in parallel   [what pytest takes]"),
    "check": ("Check", "style, types, layers, templates, translations, migrations"),
    "audit": ("Check", "known holes of the packages, and the bill of materials"),
    "bench": ("Check", "measure bytes, requests and times   [admissions|core|outbox|faults|scale]"),
    "attack": ("Check", "sqlmap over a demo school of its own   [ROUTE...] [--minutes 60]"),
    "shots": ("Check", "pictures of the main pages into var/shots   [PAGE...] [--languages bn] [--intake]"),
    "fmt": ("Change", "format Python and templates"),
    "i18n": ("Change", "collect, merge and compile the translations   [--check]"),
    "lock": ("Change", "pin the packages afresh from the .in files"),
}
"""Every command with its group and one line of help."""


def usage() -> str:
    """The help that `./dev` alone prints, grouped."""
    lines = ["Smart Academy: ./dev COMMAND", ""]
    for group in dict.fromkeys(group for group, _ in COMMANDS.values()):
        lines.append(group)
        lines += [f"  {name:<7}{text}" for name, (of, text) in COMMANDS.items() if of == group]
        lines.append("")
    lines.append("The first start makes .venv, node_modules and var in this folder.")
    return "\n".join(lines)
