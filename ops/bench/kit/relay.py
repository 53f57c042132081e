"""A line between a browser and a server that counts what it carries, and can be as slow and lossy as a village's.

Everything on the wire is counted as it passes, encryption and all: what HTTP/2 saves on headers is really saved.
Loss is what it is to TCP: the bytes come, but only after they were asked for again.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SEGMENT = 1460
"""Bytes of a full TCP segment."""
AGAIN = 1.0
"""Seconds until a lost segment is sent again, about two round trips of a slow line."""


@dataclass
class Condition:
    """Seconds of a round trip, bits a second each way (0: no limit), and the share of segments that are lost."""

    round_trip: float = 0.0
    bits: int = 0
    loss: float = 0.0


@dataclass
class Relay:
    """The line. `up` and `down` count bytes since `forget`."""

    to: tuple[str, int]
    condition: Condition = field(default_factory=Condition)
    up: int = 0
    down: int = 0
    port: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(22))  # noqa: S311  # decides which segments are lost

    def forget(self) -> None:
        """Count anew."""
        self.up = self.down = 0

    async def carry(self, near: asyncio.StreamReader, away: asyncio.StreamWriter) -> None:
        """One connection of a browser, until either side ends it."""
        try:
            far, out = await asyncio.open_connection(*self.to)
        except OSError:
            away.close()
            return
        with suppress(asyncio.CancelledError):  # the line ends, and what it carries with it
            await asyncio.gather(self._pump(near, out, is_up=True), self._pump(far, away, is_up=False))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_up: bool) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        deliverer = asyncio.create_task(self._deliver(queue, target))
        clock = asyncio.get_running_loop().time
        free = 0.0
        with suppress(OSError):
            while data := await source.read(SEGMENT):
                if is_up:
                    self.up += len(data)
                else:
                    self.down += len(data)
                how = self.condition
                free = max(free, clock()) + (len(data) * 8 / how.bits if how.bits else 0)
                lost = AGAIN if how.loss and self.dice.random() < how.loss else 0.0
                free += lost  # what comes behind a lost segment waits for it
                await queue.put((free + how.round_trip / 2, data))
        await queue.put((0.0, b""))
        await deliverer

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while True:
                due, data = await queue.get()
                if not data:
                    break
                await asyncio.sleep(max(0.0, due - clock()))
                target.write(data)
                await target.drain()
        with suppress(OSError):
            target.close()


@contextmanager
def relayed(host: str, port: int) -> Iterator[Relay]:
    """A line to this server on a port of its own, until the block ends."""
    relay = Relay((host, port))
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
        relay.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield relay
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
