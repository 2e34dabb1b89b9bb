"""Fonts for other scripts, where this machine has them: Debian's fonts-wqy-microhei and fonts-droid-fallback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labels import fonts
from tests.conftest import missing

CHINESE_AND_KOREAN = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
CHINESE_ALONE = Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf")


@contextmanager
def using(*paths: Path) -> Iterator[None]:
    """The label's fonts with these added, and afterwards without them."""
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        missing("fonts", f"{', '.join(absent)} is not installed")
    fonts.use([(path, 0) for path in paths])
    try:
        yield
    finally:
        fonts.use(())
