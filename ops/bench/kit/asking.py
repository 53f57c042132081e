"""What the server costs: times of one keep-alive client, SQL statements, requests a second."""

from __future__ import annotations

import http.client
import re
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

WARM_UP = 5
TIMES = 100


@dataclass(frozen=True)
class Times:
    """Milliseconds of 100 answers."""

    median: float
    p95: float


class Client:
    """One person's client: cookies, compression, and the connection kept where the server keeps it."""

    def __init__(self, url: str, cookies: str = "") -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
        if cookies:
            self.headers["Cookie"] = cookies

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask once and read the whole answer. Raises AssertionError for anything but 200."""
        self.connection.request("GET", path, headers=self.headers | headers)
        response = self.connection.getresponse()
        response.read()
        assert response.status == 200, f"{path}: {response.status}"  # noqa: S101 - a measurement of errors is none
        return response

    def statements(self, path: str) -> int:
        """How many SQL statements the page takes, asked for the second time."""
        self.get(path)
        return int(self.get(path, **{"X-Count-Statements": "1"}).headers["X-Count-Statements"])

    def times(self, path: str) -> Times:
        """5 requests to warm up, then 100 with a watch."""
        for _ in range(WARM_UP):
            self.get(path)
        taken = []
        for _ in range(TIMES):
            start = time.perf_counter()
            self.get(path)
            taken.append((time.perf_counter() - start) * 1000)
        return Times(statistics.median(taken), statistics.quantiles(taken, n=20)[18])


def requests_a_second(url: str, cookies: str, *, seconds: int = 5) -> float | None:
    """What wrk reaches with 8 connections; None where wrk is not installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    headers = ["-H", "Accept-Encoding: gzip", "-H", f"Cookie: {cookies}"]
    done = subprocess.run(
        [wrk, "-t2", "-c8", f"-d{seconds}s", *headers, url], capture_output=True, text=True, check=True
    )
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    return float(found.group(1)) if found else None
