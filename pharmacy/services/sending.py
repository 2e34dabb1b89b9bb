"""Bytes to a printer: over raw TCP, or through this machine's `lp`. It knows no database and no label.

Two ways to fail, and the difference is all that matters: nothing left, so that it may be tried again; or
something left, so that only a person can tell what came out.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass

from pharmacy.settings import Printer

LONGEST_SAID = 160
BEFORE_ANYTHING = "The printer broke the connection off before it took anything."


class NotSent(Exception):
    """Nothing reached the printer. The message is a sentence."""


class Doubtful(Exception):
    """Something reached the printer, and perhaps not all. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a printer may take [s]: to answer, to take more bytes, to take all, to close; and `lp` in all.

    Together shorter than the lease of a print, `print_states.LEASE`.
    """

    connect: float = 5
    stall: float = 15
    whole: float = 60
    close: float = 5
    lp: float = 60


USUAL = Patience()


def send(printer: Printer, data: bytes, *, title: str, patience: Patience = USUAL) -> None:
    """Hands the bytes over, whole. title: what a print queue shows; never about a patient.

    Raises: NotSent, Doubtful.
    """
    if printer.queue:
        _by_lp(printer, data, title, patience)
    else:
        _by_tcp(printer, data, patience)


def _by_tcp(printer: Printer, data: bytes, patience: Patience) -> None:
    try:
        connection = socket.create_connection((printer.host, printer.port), timeout=patience.connect)
    except TimeoutError as late:
        raise NotSent(f"{printer.place} did not answer; see that the printer is on and on the network.") from late
    except socket.gaierror as unknown:
        raise NotSent(f"The name {printer.host} is not known on this network.") from unknown
    except ConnectionRefusedError as refused:
        raise NotSent(f"{printer.place} takes no connection; the printer may be busy or starting.") from refused
    except ConnectionResetError as dropped:
        raise NotSent(BEFORE_ANYTHING) from dropped
    except OSError as problem:
        raise NotSent(f"{printer.place} cannot be reached: {problem.strerror or 'no way to it'}.") from problem
    with connection:
        _hand_over(connection, data, patience)
        _wait_for_end(connection, patience)


def _hand_over(connection: socket.socket, data: bytes, patience: Patience) -> None:
    connection.settimeout(patience.stall)
    end = time.monotonic() + patience.whole
    sent = 0
    try:
        while sent < len(data):
            sent += connection.send(data[sent : sent + 16_384])
            if time.monotonic() > end:
                raise TimeoutError
        connection.shutdown(socket.SHUT_WR)
    except OSError as problem:
        if not sent:
            raise NotSent(BEFORE_ANYTHING) from problem
        how = "stopped taking" if isinstance(problem, TimeoutError) else "broke the connection off during"
        raise Doubtful(f"The printer {how} the label, after {sent} of {len(data)} bytes at most.") from problem


def _wait_for_end(connection: socket.socket, patience: Patience) -> None:
    """The printer closes its side, or everything was acknowledged."""
    end = time.monotonic() + patience.close
    try:
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(1024):
                return
    except TimeoutError:
        pass
    except OSError as problem:
        raise Doubtful("The printer broke the connection off before it had taken the whole label.") from problem
    if _unacknowledged(connection) != 0:
        raise Doubtful("The printer did not confirm that it received the whole label.")


def _unacknowledged(connection: socket.socket) -> int | None:
    """Bytes that the other side has not acknowledged yet; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    # They are of Unix alone, and this module is imported everywhere.
    import fcntl  # noqa: PLC0415
    import termios  # noqa: PLC0415

    told = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", told)[0])


def _by_lp(printer: Printer, data: bytes, title: str, patience: Patience) -> None:
    """`lp` with arguments of ours alone, no shell, and an environment without our secrets."""
    program = shutil.which("lp")
    if program is None:
        raise NotSent("The command lp is not installed on the machine that runs Mortar.")
    option = "raw" if printer.form == "zpl" else "print-scaling=none"
    passed = {name: os.environ[name] for name in ("PATH", "CUPS_SERVER") if name in os.environ}
    command = [program, "-d", printer.queue, "-t", title, "-n", "1", "-o", option, "-"]
    try:
        done = subprocess.run(  # noqa: S603 - the queue is of the settings, the title of a number, no shell
            command, input=data, capture_output=True, timeout=patience.lp, env=passed | {"LC_ALL": "C"}, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Doubtful(f"The command lp did not end within {patience.lp:g} seconds and was stopped.") from late
    except OSError as problem:
        raise NotSent(f"The command lp cannot be started: {problem.strerror}.") from problem
    if done.returncode < 0:
        raise Doubtful("The command lp was ended before it said whether it took the label.")
    if done.returncode:
        raise NotSent(f"The command lp refused: {_said(done.stderr)}.")


def _said(output: bytes) -> str:
    """The first line that a program wrote, fit for a page."""
    line = output.decode("utf-8", "replace").strip().partition("\n")[0]
    plain = "".join(letter for letter in line if letter.isprintable())[:LONGEST_SAID]
    return plain.removeprefix("lp: ").rstrip(".") or "it said nothing"
