"""`./dev audit`: are there known holes in what we install, and what is it that we install?

The advisory services are asked over the internet. Where they do not answer nothing is known, which is said and is
no failure. A finding that is accepted for a while stands in `ops/advisories.toml` with a reason and a last day;
after that day it counts again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ops.devtool import assets
from ops.devtool.console import ROOT, complain, say, shown, var_folder
from ops.devtool.processes import Supervisor

EXCEPTIONS = ROOT / "ops" / "advisories.toml"
SECONDS = 120


@dataclass(frozen=True)
class Finding:
    """A known hole in a package that is installed."""

    id: str
    package: str


def main(arguments: list[str]) -> int:
    """Ask both services and write the bill of materials. Returns 1 when a finding is not accepted."""
    accepted = read_exceptions(EXCEPTIONS.read_text(encoding="utf-8"), datetime.now(UTC).date())
    with Supervisor() as supervisor:
        assets.prepare(supervisor)
    left: list[Finding] = []
    for name, ask in (("PyPI", ask_pypi), ("npm", ask_npm)):
        found = ask()
        if found is None:
            say(f"The advisory service of {name} does not answer: nothing is known of its packages today.")
            continue
        open_ones = [finding for finding in found if finding.id not in accepted]
        say(f"{name}: {len(found)} known holes, {len(found) - len(open_ones)} of them accepted for now.")
        left += open_ones
    bill = var_folder() / "bill-of-materials.json"
    write_bill(bill)
    say(f"What is installed stands in {shown(bill)}.")
    for finding in left:
        complain(f"{finding.package}: {finding.id}")
    return 1 if left else 0


def read_exceptions(text: str, today: date) -> set[str]:
    """The accepted findings whose last day has not passed. Raises KeyError where one lacks its reason or day."""
    entries = tomllib.loads(text).get("accepted", [])
    return {str(each["id"]) for each in entries if each["why"] and each["until"] >= today}


def ask_pypi() -> list[Finding] | None:
    """Known holes of the pinned Python packages; None where the service does not answer."""
    command = [
        _tool("pip-audit"),
        "--require-hashes",
        "--disable-pip",
        "-r",
        "requirements.txt",
        "-f",
        "json",
    ]
    said = _run(command)
    return None if said is None else pypi_findings(said["dependencies"])


def pypi_findings(packages: list[dict[str, Any]]) -> list[Finding] | None:
    """What pip-audit said of each package; None where it could ask about none of them.

    An index that knows no advisories answers too: pip-audit then skips every package and finds no hole.
    """
    asked = [each for each in packages if "skip_reason" not in each]
    if packages and not asked:
        return None
    if len(asked) < len(packages):
        say(f"PyPI: {len(packages) - len(asked)} packages could not be asked about.")
    return [Finding(hole["id"], each["name"]) for each in asked for hole in each["vulns"]]


def ask_npm() -> list[Finding] | None:
    """Known holes of the browser packages; None where the service does not answer."""
    said = _run([_tool("npm"), "audit", "--json"])
    if said is None or "vulnerabilities" not in said:
        return None
    return list(_npm_findings(said["vulnerabilities"]))


def _npm_findings(vulnerabilities: dict[str, Any]) -> Iterable[Finding]:
    for name, each in vulnerabilities.items():
        for cause in each.get("via", []):
            if isinstance(cause, dict):
                yield Finding(str(cause.get("url", cause.get("source"))).rsplit("/", 1)[-1], name)


def write_bill(target: Path) -> None:
    """Name, version and digests of every package, as a CycloneDX bill of materials."""
    parts = [*python_parts((ROOT / "requirements.txt").read_text(encoding="utf-8")), *browser_parts()]
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": parts}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")


def python_parts(pinned: str) -> list[dict[str, object]]:
    """The components of a pinned list with hashes."""
    parts: list[dict[str, object]] = []
    for line in pinned.splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, version = line.split(" ")[0].split("==")
            name = name.split("[")[0]
            purl = f"pkg:pypi/{name}@{version}"
            parts.append({"type": "library", "name": name, "version": version, "purl": purl, "hashes": []})
        elif line.strip().startswith("--hash=sha256:"):
            content = line.strip().removeprefix("--hash=sha256:").split(" ")[0]
            hashes = parts[-1]["hashes"]
            assert isinstance(hashes, list)  # noqa: S101 - made two lines above
            hashes.append({"alg": "SHA-256", "content": content})
    return parts


def browser_parts() -> list[dict[str, object]]:
    """The components of the npm lock file."""
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        {
            "type": "library",
            "name": path.split("node_modules/")[-1],
            "version": each["version"],
            "purl": f"pkg:npm/{path.split('node_modules/')[-1]}@{each['version']}",
        }
        for path, each in locked.items()
        if path
    ]


def _run(command: list[str]) -> dict[str, Any] | None:
    """What a program says as JSON; None where it says none, as without a line to its service."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return said if isinstance(said, dict) else None


def _tool(name: str) -> str:
    return str(Path(sys.prefix, "bin", name))
