"""The README's table of settings and the code agree."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'environment\.(?:text|flag|number|words|origins|addresses|required)\(\s*"([A-Z_]+)"')


def test_every_setting_from_the_environment_is_explained() -> None:
    code = "\n".join((ROOT / "coexistence" / name).read_text() for name in ("settings.py",))
    table = (ROOT / "README.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    explained = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split(" | ")[0])}
    assert explained == {*READ.findall(code), "COEXISTENCE_MODE"}
