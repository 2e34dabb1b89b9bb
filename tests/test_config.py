"""Settings from the environment: complete, or refused with the sentence the installer needs."""

import os
import stat
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from config import default_data_dir, from_env, setting_names
from pharmacy.app import create_app
from pharmacy.settings import ConfigError, Printer, Settings

ROOT = Path(__file__).parents[1]
LONG_SECRET = "correct horse battery staple, twice over"
ZEBRA = "zebra=tcp://192.168.0.20:9100?format=zpl&stock=vial-4x2"


def test_nothing_set_gives_a_working_installation_in_the_data_directory(tmp_path: Path) -> None:
    settings = from_env({"PHARMACY_DATA_DIR": str(tmp_path / "data")})
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url == f"sqlite:///{(tmp_path / 'data' / 'pharmacy.db').as_posix()}"
    assert (settings.host, settings.port, settings.timezone) == ("127.0.0.1", 8000, "UTC")
    assert (settings.idle_minutes, settings.session_hours) == (10, 12)
    assert settings.secure_cookies
    assert not settings.demo


def test_every_setting_is_read_from_its_own_name(tmp_path: Path) -> None:
    settings = from_env(
        {
            "PHARMACY_DATA_DIR": str(tmp_path),
            "PHARMACY_DATABASE_URL": "sqlite:///elsewhere.db",
            "PHARMACY_SECRET_KEY": LONG_SECRET,
            "PHARMACY_TIMEZONE": "America/New_York",
            "PHARMACY_HOST": "0.0.0.0",
            "PHARMACY_PORT": "8443",
            "PHARMACY_TRUSTED_HOSTS": "rx.example.com, .example.org",
            "PHARMACY_SECURE_COOKIES": "no",
            "PHARMACY_IDLE_MINUTES": "5",
            "PHARMACY_SESSION_HOURS": "8",
            "PHARMACY_MAX_BODY_BYTES": "500000",
            "PHARMACY_THREADS": "4",
            "PHARMACY_TRUSTED_PROXY": "127.0.0.1",
            "PHARMACY_DEMO": "yes",
            "PHARMACY_FONTS": f"{tmp_path}/one.ttf, {tmp_path}/more.ttc#2",
            "PHARMACY_PRINTERS": f"{ZEBRA}, office=lp:HP_LaserJet?format=pdf&stock=vial-4x3&dpi=600",
        }
    )
    assert settings == Settings(
        data_dir=tmp_path,
        database_url="sqlite:///elsewhere.db",
        secret_key=LONG_SECRET,
        timezone="America/New_York",
        host="0.0.0.0",
        port=8443,
        trusted_hosts=("rx.example.com", ".example.org"),
        secure_cookies=False,
        idle_minutes=5,
        session_hours=8,
        max_body_bytes=500_000,
        threads=4,
        trusted_proxy="127.0.0.1",
        demo=True,
        fonts=((tmp_path / "one.ttf", 0), (tmp_path / "more.ttc", 2)),
        printers=(
            Printer("zebra", "zpl", "vial-4x2", 203, host="192.168.0.20", port=9100),
            Printer("office", "pdf", "vial-4x3", 600, queue="HP_LaserJet"),
        ),
    )


def test_each_field_of_the_settings_can_be_set() -> None:
    assert {f"PHARMACY_{field.name.upper()}" for field in fields(Settings)} <= set(setting_names())


@pytest.mark.parametrize("name", setting_names())
def test_each_setting_is_described_in_the_documents(name: str) -> None:
    described = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"`{name}`" in described


def test_the_documents_describe_no_setting_that_does_not_exist() -> None:
    described = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    named = {word for word in described.split("`")[1::2] if word.startswith("PHARMACY_")}
    assert named == set(setting_names())


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("PHARMACY_DATABSE_URL", "PHARMACY_DATABASE_URL"),
        ("PHARMACY_SECRETKEY", "PHARMACY_SECRET_KEY"),
        ("PHARMACY_TIME_ZONE", "PHARMACY_TIMEZONE"),
        ("PHARMACY_SECRET_KEY_FIEL", "PHARMACY_SECRET_KEY_FILE"),
        ("pharmacy_port", "PHARMACY_PORT"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest_right_one(wrong: str, right: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"^{wrong} is not a setting: did you mean {right}\\?$"):
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), wrong: "x"})


def test_a_name_like_none_of_ours_is_refused_with_the_place_that_lists_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"PHARMACY_XYZZY is not a setting: docs/settings\.md"):
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_XYZZY": "1"})


def test_the_name_that_belongs_to_the_tests_is_tolerated(tmp_path: Path) -> None:
    from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_TEST_REQUIRE": "browser"})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PHARMACY_PORT is 'http', but must be a whole number from 1 to 65535."),
        ("PORT", "0", "PHARMACY_PORT is '0', but must be a whole number from 1 to 65535."),
        ("PORT", "80²", "PHARMACY_PORT is '80²', but must be a whole number from 1 to 65535."),
        ("IDLE_MINUTES", "0", "PHARMACY_IDLE_MINUTES is '0', but must be a whole number from 1 to 60."),
        ("TIMEZONE", "Mars/Olympus", "must be a time zone such as America/New_York."),
        ("TIMEZONE", "../../etc/passwd", "must be a time zone such as America/New_York."),
        ("SECURE_COOKIES", "perhaps", "PHARMACY_SECURE_COOKIES is 'perhaps', but must be yes or no."),
        ("TRUSTED_HOSTS", "rx.example.com/x", "must be host names with commas between them"),
        ("TRUSTED_HOSTS", ",", "must be host names with commas between them"),
        ("HOST", "127.0.0.1 ", "must be one address or host name"),
        ("DATABASE_URL", "pharmacy.db", "must look like sqlite:///file"),
        ("DATABASE_URL", "mysql://h/db", "must begin with sqlite:/// or postgresql"),
        ("FONTS", "NanumGothic.ttf", "must be whole paths of font files with commas between them"),
        ("FONTS", ",", "must be whole paths of font files with commas between them"),
        ("SECRET_KEY", "short", "PHARMACY_SECRET_KEY must have at least 32 characters."),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wanted(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), f"PHARMACY_{name}": value})
    assert sentence in str(refusal.value)


def test_a_font_that_cannot_be_read_stops_the_application_before_it_opens_its_database(tmp_path: Path) -> None:
    settings = from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_FONTS": str(tmp_path / "none.ttf")})
    with pytest.raises(ConfigError) as refusal:
        create_app(settings)
    path = tmp_path / "none.ttf"
    assert str(refusal.value) == f"PHARMACY_FONTS: The font {path} cannot be read: No such file or directory."


@pytest.mark.parametrize("name", ["PHARMACY_SECRET_KEY", "PHARMACY_DATABASE_URL"])
def test_a_refusal_never_shows_a_secret(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), name: "hunter2"})
    assert "hunter2" not in str(refusal.value)


def test_the_settings_shown_as_text_hold_no_secret(tmp_path: Path) -> None:
    settings = from_env(
        {
            "PHARMACY_DATA_DIR": str(tmp_path),
            "PHARMACY_SECRET_KEY": LONG_SECRET,
            "PHARMACY_DATABASE_URL": "postgresql://mortar:hunter2@db/mortar",
        }
    )
    assert LONG_SECRET not in repr(settings)
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_always_reached_with_psycopg_3(scheme: str, tmp_path: Path) -> None:
    url = f"{scheme}://mortar@db:5432/mortar?sslmode=require"
    settings = from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_DATABASE_URL": url})
    assert settings.database_url == "postgresql+psycopg://mortar@db:5432/mortar?sslmode=require"


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(LONG_SECRET + "\n", encoding="utf-8")
    settings = from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_SECRET_KEY_FILE": str(file)})
    assert settings.secret_key == LONG_SECRET
    assert not (tmp_path / "secret_key").exists()


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    environ = {"PHARMACY_SECRET_KEY": LONG_SECRET, "PHARMACY_SECRET_KEY_FILE": str(tmp_path / "key")}
    with pytest.raises(ConfigError, match="are both given; leave one out"):
        from_env(environ | {"PHARMACY_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_secret_file_that_holds_no_secret_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^PHARMACY_SECRET_KEY_FILE: .* (cannot be read|is empty)\.$"):
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_SECRET_KEY_FILE": str(file)})


def test_a_secret_key_is_made_once_and_kept(tmp_path: Path) -> None:
    environ = {"PHARMACY_DATA_DIR": str(tmp_path)}
    first = from_env(environ).secret_key
    assert len(first) >= 32
    assert from_env(environ).secret_key == first
    assert from_env({"PHARMACY_DATA_DIR": str(tmp_path / "other")}).secret_key != first
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["secret_key"]


def test_a_process_that_is_overtaken_uses_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(source: Path, target: Path) -> None:
        Path(target).write_text(LONG_SECRET, encoding="utf-8")
        raise FileExistsError(str(target))

    monkeypatch.setattr(os, "link", overtaken)
    assert from_env({"PHARMACY_DATA_DIR": str(tmp_path)}).secret_key == LONG_SECRET


def test_a_secret_key_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("half", encoding="utf-8")
    with pytest.raises(ConfigError, match="is shorter than 32 characters"):
        from_env({"PHARMACY_DATA_DIR": str(tmp_path)})


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a directory", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be made"):
        from_env({"PHARMACY_DATA_DIR": str(tmp_path / "taken" / "data")})


if sys.platform != "win32":  # Windows has no such bits; there the user's own folder protects the file

    def test_only_its_owner_may_read_the_secret_key(tmp_path: Path) -> None:
        from_env({"PHARMACY_DATA_DIR": str(tmp_path / "data")})
        assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {"XDG_DATA_HOME": "/srv/data"}, Path("/srv/data/pharmacy")),
        ("linux", {}, Path.home() / ".local" / "share" / "pharmacy"),
        ("darwin", {}, Path.home() / "Library" / "Application Support" / "pharmacy"),
        ("win32", {"LOCALAPPDATA": "/Local"}, Path("/Local/pharmacy")),
        ("win32", {}, Path.home() / "AppData" / "Local" / "pharmacy"),
    ],
)
def test_the_data_lie_where_the_platform_keeps_them(platform: str, environ: dict[str, str], place: Path) -> None:
    assert default_data_dir(environ, platform) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zebra", "must look like zebra=tcp://"),
        (",", "must look like zebra=tcp://"),
        ("Zebra=tcp://h:9100?format=zpl&stock=vial-4x2", "small letters"),
        ("zebra=tcp://h:9100", "must look like"),
        ("zebra=tcp://h?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=tcp://h:70000?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=tcp://h:0?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=tcp://user@h:9100?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=tcp://h:9100/path?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=http://h:9100?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=lp:-oraw?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=lp:a;b?format=zpl&stock=vial-4x2", "place of printer zebra"),
        ("zebra=lp:q?format=epl&stock=vial-4x2", "format of printer zebra must be pdf or zpl"),
        ("zebra=lp:q?format=zpl", "needs format= and stock="),
        ("zebra=lp:q?format=zpl&stock=vial-4x2&copies=2", "and nothing else"),
        ("zebra=lp:q?format=zpl&format=pdf&stock=vial-4x2", "each once"),
        ("zebra=lp:q?format=zpl&stock=a4x", "there is no label stock 'a4x'; there are vial-4x2"),
        ("zebra=lp:q?format=zpl&stock=vial-4x2&dpi=200", "must be one of 203, 300, 600"),
        (f"{ZEBRA} {ZEBRA}", "names the printer zebra twice"),
    ],
)
def test_a_printer_that_is_not_written_as_documented_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match="PHARMACY_PRINTERS is ") as refused:
        from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_PRINTERS": text})
    assert said in str(refused.value)


def test_a_printer_may_have_a_numbered_address_of_either_kind(tmp_path: Path) -> None:
    text = "a=tcp://[fe80::1]:9100?format=pdf&stock=vial-4x2\nb=tcp://10.0.0.7:9100?format=pdf&stock=vial-4x2-300dpi"
    first, second = from_env({"PHARMACY_DATA_DIR": str(tmp_path), "PHARMACY_PRINTERS": text}).printers
    assert (first.host, first.port, first.dpi) == ("fe80::1", 9100, 203)
    assert (second.host, second.dpi) == ("10.0.0.7", 300)
