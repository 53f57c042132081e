"""Tablets on broken lines against the real school, and what must be true of the registers afterwards.

`tablets.mjs` runs the queue that browsers run; here the registers are chosen, workers of the web server are killed
meanwhile, and what is stored is held against what each tablet was told.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, text

from app.domain.attendance.rules import control_keys
from ops.bench.kit.asking import Client
from ops.browse.installation import Installation
from ops.devtool.console import ROOT, Failure

NODE = ROOT / ".venv" / "bin" / "node"
SCRIPT = Path(__file__).with_suffix(".mjs")
ROLES = ("teacher", "teacher", "principal", "principal", "admin", "admin")
"""Whose the tablets are: two of each, so that somebody meets themselves too."""
KILL_EVERY = 2.0
STATES = {"present": "p", "absent": "a", "late": "l", "excused": "e"}


@dataclass
class Drilled:
    """What came of it."""

    counted: dict[str, int]
    waiting: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    killed_workers: int = 0


def drill(url: str, school: Installation, owner: Engine, breaks: int, *, seed: int = 22) -> Drilled:
    """Let the tablets work until their lines have broken so often, and look at what is stored."""
    address = urlsplit(url)
    tablets = [_tablet(url, school, number, role) for number, role in enumerate(ROLES)]
    orders = {
        "host": address.hostname,
        "port": address.port,
        "breaks": breaks,
        "seed": seed,
        "tablets": tablets,
    }
    with _killing(seed) as killed:
        run = subprocess.run(
            [str(NODE), str(SCRIPT)], input=json.dumps(orders), capture_output=True, text=True, check=False
        )
    if run.returncode:
        raise Failure(f"The tablets stopped.\n{run.stderr[-2000:]}")
    told = json.loads(run.stdout)
    found = Drilled(told["count"], killed_workers=len(killed))
    with owner.connect() as connection:
        history = _history(connection, tablets)
    for tablet in told["tablets"]:
        found.waiting += tablet["left"]
        _compare(found, tablet, history)
    _check_versions(found, history)
    return found


def _tablet(url: str, school: Installation, number: int, role: str) -> dict[str, Any]:
    """A signed-in tablet and the registers it holds: its own section's, and for the office the same."""
    login, teacher = school.login(role), school.login("teacher")
    client = Client(url)
    client.sign_in(login.identifier, login.password)
    path = _own_register(url, teacher.identifier, teacher.password)
    status, page, _ = client.ask("GET", path, **{"Accept-Encoding": "identity"})
    html = page.decode()
    if status != 200 or "data-marks" not in html:
        raise Failure(f"The {role} has no register to tap on at {path} ({status}).")
    cookies = "; ".join(f"{each.key}={each.value}" for each in client.cookies.values())
    return {
        "name": f"{role} {number}",
        "account": _attribute(html, "data-account"),
        "cookie": cookies,
        "token": _found(r'name="csrf_token" value="([^"]+)"', html),
        "registers": [
            {
                "u": _attribute(html, "data-marks"),
                "keys": re.findall(r'id="p([\w-]{4,22})"', html),
                "roster": _attribute(html, "data-register"),
            }
        ],
    }


def _own_register(url: str, identifier: str, password: str) -> str:
    client = Client(url)
    client.sign_in(identifier, password)
    _, page, _ = client.ask("GET", "/attendance/registers/", **{"Accept-Encoding": "identity"})
    return _found(r'href="(/attendance/registers/[0-9a-f-]{36}/)"', page.decode())


def _attribute(html: str, name: str) -> str:
    return _found(rf'{name}="([^"]*)"', html).replace("&amp;", "&")


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    if found is None:
        raise Failure(f"The page holds nothing like {pattern}.")
    return found[1]


History = dict[tuple[str, str], dict[int, tuple[str | None, str]]]
"""By address and key of the pupil: the states by version, each with the key of its tap and as `state.more`."""


def _history(connection: Any, tablets: list[dict[str, Any]]) -> History:
    """What the school says happened to each mark."""
    found: History = defaultdict(dict)
    for u in {each["u"] for tablet in tablets for each in tablet["registers"]}:
        section, on = u.split("/")[3:5]
        enrolled = connection.execute(
            text("SELECT id, student_id FROM enrolments WHERE section_id = :section"), {"section": section}
        ).all()
        keys = dict(
            zip([row[1] for row in enrolled], control_keys([row[0] for row in enrolled]), strict=True)
        )
        rows = connection.execute(
            text(
                "SELECT c.id, c.student_id, c.version, c.new FROM attendance_changes c JOIN attendance_registers r"
                " ON r.id = c.register_id WHERE r.section_id = :section AND r.date = :day"
            ),
            {"section": section, "day": on},
        )
        for key, student, version, new in rows:
            mark = found[u, keys[student]]
            if version in mark:
                mark[-version] = (str(key), _state(new))  # two changes made one version
            mark[version] = (str(key), _state(new))
    return found


def _state(new: dict[str, Any]) -> str:
    return ".".join(
        (STATES[new["status"]], str(new.get("minutes", "")), new.get("left_at", "").replace(":", ""))
    )


def _said(tap: dict[str, Any]) -> set[str]:
    """What the history may say of a tap: who leaves early having come late is still late."""
    if tap["s"] == "o":
        return {f"p..{tap['m']}", f"l..{tap['m']}", f"l.10.{tap['m']}"}
    return {f"{tap['s']}.{tap['m']}."}


def _compare(found: Drilled, tablet: dict[str, Any], history: History) -> None:
    """Each tap that was called stored is there; what disappeared from the queue made way for a later one."""
    name = tablet["name"]
    for key, tap in tablet["stored"].items():
        versions = history[tap["u"], tap["k"]]
        there = versions.get(tap["version"])
        by_finishing = tap["version"] == 1 and there is None and tap["s"] == "p" and not tap["m"]
        if not by_finishing and (there is None or there[1] not in _said(tap)):
            found.lost.append(f"{name}: {key} was called version {tap['version']} and is {there}")
        elif there and there[0] == _uuid(key) and tap["base"] != tap["version"] - 1:
            found.overwritten.append(f"{name}: {key} was based on {tap['base']}, made {tap['version']}")
    taps = list(tablet["ever"].values())
    for key, row in tablet["gone"].items():
        if not row["k"] or key in tablet["stored"] or row["q"] == 2:  # 2: the teacher chose what was stored
            continue
        later = any(
            each["u"] == row["u"] and each["k"] == row["k"] and each["t"] >= row["t"] and each["id"] != key
            for each in taps
        )
        if not later and not any(tap_id == _uuid(key) for tap_id, _ in history[row["u"], row["k"]].values()):
            found.lost.append(f"{name}: {key} is nowhere")


def _uuid(key: str) -> str:
    import base64
    import uuid

    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(key + "==")))


def _check_versions(found: Drilled, history: History) -> None:
    """Each change made one version, one after another; only the first may be by finishing, which writes none."""
    for (u, key), versions in history.items():
        numbers = sorted(versions)
        if numbers and (numbers[0] not in (1, 2) or numbers != list(range(numbers[0], numbers[-1] + 1))):
            found.doubled.append(f"{u} {key}: versions {numbers}")
        ids = [tap for tap, _ in versions.values()]
        if len(set(ids)) != len(ids):
            found.doubled.append(f"{u} {key}: a tap made two versions")


@contextmanager
def _killing(seed: int) -> Iterator[list[int]]:
    """Kill a worker of the web server behind nginx now and then, as the kernel does when memory runs out."""
    killed: list[int] = []
    over = threading.Event()
    dice = random.Random(seed)  # noqa: S311  # decides who is killed

    def kill() -> None:
        while not over.wait(KILL_EVERY):
            workers = _workers()
            if workers:
                victim = dice.choice(workers)
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join(10)


def _workers() -> list[int]:
    """The processes that answer behind nginx: children of the one that was started with the socket."""
    lines = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if "gunicorn" in command and "app.sock" in command:
                    lines[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return [pid for pid, parent in lines.items() if parent in lines]
