"""What is shipped: every package, page and style sheet, from a list that says what is really there."""

import ast
import configparser
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from setuptools import find_packages

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
OURS = ("labels", "pharmacy")


def _setup() -> configparser.ConfigParser:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def _listed(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_list_of_packages_is_what_the_tree_holds() -> None:
    listed = _listed(_setup()["options"]["packages"])
    found = find_packages(str(ROOT), include=["labels", "labels.*", "pharmacy", "pharmacy.*"])
    assert sorted(listed) == sorted([*found, "pharmacy.templates"])


def test_no_folder_of_modules_lacks_its_init() -> None:
    folders = {module.parent for name in OURS for module in (ROOT / name).rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_init_lies_among_the_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    for path in _shipped():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    code = f"from setuptools import build_meta; build_meta.build_wheel({str(place)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    (built,) = place.glob("mortar_pharmacy-*.whl")
    return built


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    """The names inside the wheel."""
    return set(zipfile.ZipFile(built).namelist())


def test_what_the_wheel_holds_plays_the_demonstration_outside_the_checkout(built: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(built).extractall(installed)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PHARMACY_")}
    run = subprocess.run(
        [sys.executable, "-m", "pharmacy", "demo"],
        cwd=elsewhere,
        env={**environment, "PYTHONPATH": str(installed), "HOME": str(elsewhere)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    *_, price, label = run.stdout.splitlines()
    assert price == "$40.00"
    assert Path(label).parent == elsewhere / "mortar-demo"
    assert Path(label).read_bytes().startswith(b"%PDF")


def _shipped() -> Iterator[Path]:
    yield from map(
        Path,
        ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "config.py", "wsgi.py"),
    )
    for folder in (*OURS, "templates", "requirements"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def test_the_wheel_holds_every_file_of_the_packages(wheel: set[str]) -> None:
    kept = {path.as_posix() for path in _shipped() if path.parts[0] in OURS}
    assert sorted(kept - wheel) == []


def test_the_wheel_holds_every_page(wheel: set[str]) -> None:
    pages = {f"pharmacy/{path.as_posix()}" for path in _shipped() if path.parts[0] == "templates"}
    assert sorted(pages - wheel) == []


def test_the_wheel_holds_nothing_else_at_its_top(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert tops == {"config.py", "wsgi.py", "labels", "pharmacy"}


def _imports(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_only_the_two_entrances_import_config() -> None:
    modules = [ROOT / "wsgi.py", *(path for name in OURS for path in (ROOT / name).rglob("*.py"))]
    importers = {path.relative_to(ROOT).as_posix() for path in modules if "config" in _imports(path)}
    assert importers == {"wsgi.py", "pharmacy/__main__.py"}


def test_nothing_imports_the_wsgi_entrance() -> None:
    modules = [ROOT / "config.py", *(path for name in OURS for path in (ROOT / name).rglob("*.py"))]
    assert [path for path in modules if "wsgi" in _imports(path)] == []


@pytest.mark.parametrize(
    ("room", "others"),
    [
        ("pharmacy/domain", {"pharmacy"}),
        ("labels", {"labels", "font_roboto", "PIL", "pypdfium2", "reportlab", "zxingcpp"}),
    ],
)
def test_the_rules_and_the_paper_use_no_package_that_is_not_named_here(room: str, others: set[str]) -> None:
    imported = {name for path in (ROOT / room).rglob("*.py") for name in _imports(path)}
    assert sorted(imported - sys.stdlib_module_names - others) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_no_place_on_a_machine(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert re.findall(r"https?:|file://|--find-links|--index-url|--extra-index-url|--trusted-host|@ ", text) == []
    assert re.findall(r"(?:^|\s)[/~]\S*", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_one_version_and_its_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-zA-Z])", "\n" + lock.read_text(encoding="utf-8"))[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9-]*==[^ ]+ ", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry


def _pins(*names: str) -> dict[str, str]:
    text = "".join((ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in names)
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))


def _wanted(lines: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9-]+", line) for line in lines)
    return {name[0].lower() for name in names if name}


def test_each_dependency_is_locked() -> None:
    setup = _setup()["options"]
    assert _wanted(_listed(setup["install_requires"])) <= set(_pins("base"))
    for name in ("build", "test", "lint"):
        wanted = _wanted(_listed((ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8")))
        assert wanted <= set(_pins(name)), name


def test_the_locks_agree_with_each_other() -> None:
    base, test, lint = _pins("base"), _pins("test"), _pins("lint")
    for name in set(base) & set(test):
        assert base[name] == test[name]
    for name in (set(base) | set(test)) & set(lint):
        assert (base | test)[name] == lint[name]


def test_the_package_that_would_shadow_our_labels_is_not_depended_on() -> None:
    assert "pylabels" not in _pins("base", "test", "lint")
