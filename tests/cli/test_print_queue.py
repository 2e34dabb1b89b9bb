"""`pharmacy print-queue`, and the sender inside `pharmacy serve`."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import waitress
from click.testing import CliRunner

from pharmacy.cli import serve
from pharmacy.cli.main import cli
from pharmacy.services import print_queue, printing
from pharmacy.services.print_payloads import Paper
from pharmacy.services.print_sender import Sender
from pharmacy.settings import Printer, Settings
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import PrintJob
from tests.services.conftest import furnished as furnished
from tests.services.fake_printers import tcp_printer
from tests.services.line import Line, open_again


@pytest.fixture
def place(tmp_path: Path, furnished: Database) -> Path:
    furnished.close()
    file = tmp_path / "pharmacy.db"
    file.write_bytes(Path(str(furnished.url.database)).read_bytes())
    return file


def _settings(place: Path, *printers: Printer) -> Settings:
    return Settings(
        data_dir=place.parent,
        database_url=f"sqlite:///{place.as_posix()}",
        secret_key="a key that only this test uses",
        trusted_hosts=("127.0.0.1",),
        printers=printers,
    )


def _queued(place: Path, printer: Printer) -> tuple[Line, int]:
    line = open_again(Database(f"sqlite:///{place.as_posix()}"), utc_now())
    label = printing.print_batch(line.database, line.planned(), today=line.today, **line.by)
    return line, print_queue.queue(line.database, Paper(label_id=label), printer, **line.by)


def test_what_is_due_is_sent_once(place: Path) -> None:
    with tcp_printer() as fake:
        line, key = _queued(place, fake.printer())
        chosen = _settings(place, fake.printer())
        result = CliRunner().invoke(cli, ["print-queue", "--once"], obj=lambda: chosen)
        again = CliRunner().invoke(cli, ["print-queue", "--once"], obj=lambda: chosen)
    assert (result.exit_code, result.stdout) == (0, "1 print was tried; /labels/queue shows how it went.\n")
    assert again.stdout.startswith("0 prints were tried")
    assert len(fake.got) == 1
    assert line.row(PrintJob, key).state == "sent"
    line.database.close()


def test_without_a_printer_in_the_settings_it_says_where_they_are_named(place: Path) -> None:
    result = CliRunner().invoke(cli, ["print-queue"], obj=lambda: _settings(place))
    assert result.exit_code == 2
    assert "PHARMACY_PRINTERS names them" in result.stderr


def test_the_server_sends_what_is_queued_while_it_serves(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tcp_printer() as fake:
        line, key = _queued(place, fake.printer())

        def until_sent(app: Any, **_: Any) -> None:
            end = time.monotonic() + 10
            while line.row(PrintJob, key).state != "sent" and time.monotonic() < end:
                time.sleep(0.05)

        monkeypatch.setattr(waitress, "serve", until_sent)
        serve.run(_settings(place, fake.printer()), host="127.0.0.1", port=0)
    assert len(fake.got) == 1
    assert line.row(PrintJob, key).state == "sent"
    assert not [thread for thread in threading.enumerate() if thread.name == "to zebra"]
    line.database.close()


def test_a_defect_is_told_without_its_words_and_the_next_label_still_comes_out(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pharmacy.services import print_sender  # noqa: PLC0415 - patched here only

    told: list[tuple[str, BaseException]] = []
    calls = iter([ValueError("Zebulon Canary")])
    work = print_sender.work

    def broken_once(*given: Any) -> bool:
        for fault in calls:
            raise fault
        return work(*given)

    monkeypatch.setattr(print_sender, "work", broken_once)
    monkeypatch.setattr(print_sender, "REST_AFTER_DEFECT_S", 0)
    with tcp_printer() as fake:
        line, key = _queued(place, fake.printer())
        with Sender(line.database, [fake.printer()], on_defect=lambda name, error: told.append((name, error))):
            end = time.monotonic() + 10
            while line.row(PrintJob, key).state != "sent" and time.monotonic() < end:
                time.sleep(0.05)
    assert [(name, type(error)) for name, error in told] == [("zebra", ValueError)]
    assert len(fake.got) == 1
    line.database.close()


def test_the_line_in_the_log_quotes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    from pharmacy.edge import logs  # noqa: PLC0415 - its handler writes to the captured stream

    logs.log.handlers.clear()
    logs.to_stderr()
    try:
        raise ValueError("Zebulon Canary")
    except ValueError as error:
        logs.sender_defect("zebra", error)
    finally:
        logs.log.handlers.clear()
        logs.to_stderr()
    said = capfd.readouterr().err
    assert '"printer": "zebra", "defect": "ValueError"' in said
    assert "Canary" not in said
