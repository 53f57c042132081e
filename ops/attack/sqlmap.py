"""One call of sqlmap: how it is asked, and what its answer means."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlencode

from app.web.headers import ONCE_FIELD
from app.web.proof import PREFIX
from ops.attack.targets import KEY, Person, Target
from ops.devtool.console import Failure, complain, say
from ops.devtool.processes import Supervisor
from ops.devtool.testing import apt_install, can_apt


class Verdict(StrEnum):
    """What came of a call."""

    FOUND = "FOUND"
    CLEAN = "clean"
    OUT_OF_TIME = "out of time"
    UNTRIED = "not tried"


@dataclass(frozen=True)
class Effort:
    """How hard sqlmap tries, in its own measures."""

    level: int
    risk: int


def ensure_sqlmap(supervisor: Supervisor) -> str:
    """Where sqlmap is, installed where it is missing and may be. Raises Failure where there is none."""
    if not shutil.which("sqlmap") and can_apt():
        say("Installing sqlmap…")
        try:
            apt_install(supervisor, "sqlmap")
        except Failure as failure:
            complain(str(failure))
    found = shutil.which("sqlmap")
    if found is None:
        raise Failure("There is no sqlmap, so nothing was attacked (install sqlmap).")
    return found


def command(
    sqlmap: str, base: str, target: Target, person: Person, effort: Effort, folder: Path
) -> list[str]:
    """The call for one target.

    The token of the session holds as long as the session, so it is sent as it is; a form's own key is another one in
    every request. What the answers set as cookies is dropped: the session stays the one that was signed in.
    """
    call = [
        sqlmap,
        "--batch",
        "--disable-coloring",
        "--flush-session",
        f"--output-dir={folder}",
        "-u",
        base + target.url,
    ]
    call += ["--dbms=PostgreSQL", f"--level={effort.level}", f"--risk={effort.risk}", "--technique=BEUST"]
    call += ["--ignore-code=*", "--ignore-redirects", "--drop-set-cookie", "--skip-waf"]
    call += ["--timeout=20", "--retries=1", "--time-sec=3"]
    cookies = [person.cookie]
    for name, value in target.headers:
        if name == "Cookie":
            cookies.append(value)
        else:
            call += [f"--header={name}: {value}"]
    if any(cookies):
        call.append(f"--cookie={'; '.join(filter(None, cookies))}")
    if target.form or target.is_post:
        sent = dict(target.form) | {"csrf_token": person.token, ONCE_FIELD: KEY}
        if target.is_recent and person.login:
            sent[f"{PREFIX}password"] = person.login.password
        call += [f"--data={urlencode(sent)}", f"--randomize={ONCE_FIELD}"]
        if not target.names:
            call.append(f"--skip={','.join(sent)}")
    if target.names:
        call += ["-p", ",".join(target.names)]
    return call


def verdict(text: str) -> Verdict:
    """What sqlmap said at its end."""
    if "identified the following injection point" in text or "is vulnerable" in text:
        return Verdict.FOUND
    if "do not appear to be injectable" in text:
        return Verdict.CLEAN
    return Verdict.UNTRIED


def told(text: str) -> str:
    """The line that says why, for a person."""
    lines = [
        line for line in text.splitlines() if re.search(r"\[(CRITICAL|ERROR)\]|Parameter: |Payload: ", line)
    ]
    return " | ".join(line.strip() for line in lines[-4:])
