"""The server of `pharmacy serve`, between the network and the application."""

import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import waitress
from waitress.server import create_server

from pharmacy.cli import serve
from pharmacy.settings import Settings


def test_a_photograph_that_is_too_large_is_answered_by_a_page_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path
) -> None:
    file = tmp_path / "pharmacy.db"
    file.write_bytes(sqlite_template.read_bytes())
    told: list[tuple[int, str]] = []

    def for_one_request(app: Any, *, sockets: list[Any], _quiet: bool, **given: Any) -> None:
        server: Any = create_server(app, sockets=sockets, **given)
        threading.Thread(target=server.run, daemon=True).start()
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/batches/1/bench/photo"
        try:
            with urllib.request.urlopen(address, data=b"x" * 4_000_000):  # as a telephone takes it
                pass
        except urllib.error.HTTPError as answer:
            told.append((answer.code, answer.read().decode()))
        server.task_dispatcher.shutdown()

    monkeypatch.setattr(waitress, "serve", for_one_request)
    settings = Settings(
        secret_key="a key that only this test uses",
        data_dir=tmp_path,
        database_url=f"sqlite:///{file.as_posix()}",
        trusted_hosts=("127.0.0.1",),
    )
    serve.run(settings, host="127.0.0.1", port=0)
    [(status, page)] = told
    assert status == 413
    assert "Send a smaller file" in page
