"""The lower bounds of the dependencies, as requirements that pip installs: one line each.

python tests/tools/lowest.py > lowest.txt
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

# What the lowest versions need of others that came later, without being told so.
BESIDE = [
    "pyparsing<3.3",  # matplotlib 3.10 calls what is deprecated there
    "click<8.3",  # and typer 0.16, what is deprecated in later ones
]


def lowest() -> list[str]:
    """Return `name==version` for every dependency of pyproject.toml."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    pattern = re.compile(r"([\w.-]+)>=([\d.]+)$")
    found = [pattern.match(entry) for entry in project["project"]["dependencies"]]
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    print(*lowest(), *BESIDE, sep="\n")
