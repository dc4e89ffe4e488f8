"""
Generates the Python of the contract from proto/, and checks that what is committed is current.

    python proto/generate.py            writes clients/python/osms
    python proto/generate.py --check    exits 1 if that would change a file

The path of a .proto is the import path of its Python, so nothing is rewritten afterwards.
Google's files come from the installed googleapis-common-protos; for buf, which cannot see
installed packages, they are copied into the ignored folder third_party/.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from google.type import date_pb2

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "proto"
GENERATED = ROOT / "clients" / "python"
PLUGINS = Path(sys.executable).parent
"""Where protoc finds the plugins of this environment, also where it is not activated."""

PACKAGES = (Path("osms/entitlement/v1"), Path("osms/matching/v1"))
TOP = "osms"
GOOGLE_FILES = (
    "google/api/field_behavior.proto",
    "google/api/field_info.proto",
    "google/rpc/error_details.proto",
    "google/rpc/status.proto",
    "google/type/date.proto",
    "google/type/money.proto",
)


def google_root() -> Path:
    """Where the installed googleapis-common-protos keeps its .proto files."""
    return Path(date_pb2.__file__).parents[2]


def copy_google_files() -> None:
    """Copies Google's files to where buf reads them."""
    for name in GOOGLE_FILES:
        target = ROOT / "third_party" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(google_root() / name, target)


def generate(into: Path) -> None:
    """Writes modules, stubs and service classes below *into*."""
    names = sorted(str(path.relative_to(CONTRACT)) for path in CONTRACT.rglob("*.proto"))
    subprocess.run(  # noqa: S603 - our own arguments
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"-I{CONTRACT}",
            f"-I{google_root()}",
            f"--python_out={into}",
            f"--mypy_out=quiet:{into}",
            f"--grpc_python_out={into}",
            f"--mypy_grpc_out=quiet:{into}",
            *names,
        ],
        check=True,
        cwd=CONTRACT,
        env={**os.environ, "PATH": os.pathsep.join([str(PLUGINS), os.environ["PATH"]])},
    )
    for package in PACKAGES:
        drop_empty_services(into / package)
        mark_packages(into, package)


def drop_empty_services(package: Path) -> None:
    """Removes the service modules of files that define no service."""
    for stub in package.glob("*_pb2_grpc.py*"):
        if not stub.name.split("_pb2_grpc")[0].endswith("_service"):
            stub.unlink()


def mark_packages(into: Path, package: Path) -> None:
    """Makes every folder a typed package."""
    for folder in (package, *package.parents[:-1]):
        (into / folder / "__init__.py").write_text('"""Generated from proto/."""\n')
    (into / TOP / "py.typed").touch()


def differing(fresh: Path, committed: Path) -> list[str]:
    """Names of files that are missing, superfluous or different in *committed*."""
    names = {
        str(path.relative_to(root))
        for root in (fresh, committed)
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    _, mismatch, errors = filecmp.cmpfiles(fresh, committed, names, shallow=False)
    return sorted(mismatch + errors)


def main(arguments: list[str]) -> int:
    """Generates, or checks; returns the exit status."""
    copy_google_files()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if "--check" in arguments:
            drift = differing(fresh / TOP, GENERATED / TOP)
            for name in drift:
                print(f"{TOP}/{name}: not what proto/ generates; run python proto/generate.py")
            return 1 if drift else 0
        shutil.rmtree(GENERATED / TOP, ignore_errors=True)
        shutil.copytree(fresh / TOP, GENERATED / TOP)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
