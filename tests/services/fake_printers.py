"""Printers of the tests: a raw TCP one on this machine that behaves or misbehaves, and an `lp` that is a script."""

import socket
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pharmacy.services.sending import Patience
from pharmacy.settings import Printer

HURRIED = Patience(connect=2, stall=0.3, whole=2, close=0.3, lp=5)


@dataclass
class TcpPrinter:
    """does: "takes" all and closes, "keeps" all and the line open, "drops" at once, "stalls", or takes "half"."""

    does: str
    got: list[bytes] = field(default_factory=list)
    port: int = 0

    def printer(self, form: str = "zpl", stock: str = "vial-4x2", dpi: int = 203) -> Printer:
        return Printer("zebra", form, stock, dpi, host="127.0.0.1", port=self.port)

    def serve(self, listener: socket.socket, ended: threading.Event) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self.got.append(self._take(connection, ended))

    def _take(self, connection: socket.socket, ended: threading.Event) -> bytes:
        if self.does == "drops":
            _reset(connection)
            return b""
        if self.does == "stalls":
            ended.wait(10)
            return b""
        data = b""
        while part := connection.recv(2000):
            data += part
            if self.does == "half":
                _reset(connection)
                return data
        if self.does == "keeps":
            ended.wait(10)
        return data


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def tcp_printer(does: str = "takes") -> Iterator[TcpPrinter]:
    """A printer on a free port of this machine."""
    with socket.socket() as listener:
        if does == "stalls":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        made = TcpPrinter(does, port=listener.getsockname()[1])
        ended = threading.Event()
        thread = threading.Thread(target=made.serve, args=(listener, ended), daemon=True)
        thread.start()
        yield made
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def make_lp(place: Path, *, says: str = "request id is HP-7 (1 file(s))", code: int = 0, waits: int = 0) -> Path:
    """An `lp` in this folder which keeps its arguments, its environment and what it was given."""
    place.mkdir(exist_ok=True)
    script = place / "lp"
    lines = (
        "#!/bin/sh",
        f"printf '%s\\n' \"$@\" > {place}/arguments",
        f"env > {place}/environment",
        f"cat > {place}/given",
        f"sleep {waits}" if waits else ":",
        f"echo '{says}' >&{2 if code else 1}",
        f"exit {code}",
    )
    script.write_text("\n".join(lines) + "\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return place
