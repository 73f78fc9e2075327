"""``straks prove``: what ships is proven once, and said to be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from straks import loading, proof

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from click.testing import Result

FILES = loading.read_folder(loading.shipped_folder())


def test_what_ships_is_proven_and_kept(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "FILE", str(tmp_path / "proof.json"))
    none = proof.kept(FILES)
    result = cli("prove")
    kept = proof.kept(FILES)

    assert none is None
    assert kept is not None
    assert result.stdout == f"Proven and kept: {', '.join(kept.proven)}.\n"
    assert (tmp_path / "proof.json").stat().st_mode & 0o777 == 0o644


def test_where_a_proof_has_no_ground_nothing_is_written(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "FILE", str(tmp_path / "proof.json"))
    monkeypatch.setattr(proof, "LIBRARIES", ("no_such_library",))
    result = cli("prove")

    assert result.exit_code == 2
    assert "cannot be told here" in result.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot_be_written_to_is_said(
    cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "FILE", str(tmp_path / "none" / "proof.json"))
    result = cli("prove")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {tmp_path / 'none' / 'proof.json'}: No such file or directory")


def test_two_at_once_leave_one_whole_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(tmp_path / "proof.json")
    code = f"from straks import proof; proof.FILE = {file!r}; from straks.cli import main; main(['prove'])"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]  # noqa: S603 - this very interpreter
    codes = [each.wait(timeout=300) for each in both]
    monkeypatch.setattr(proof, "FILE", file)

    assert codes == [0, 0]
    assert proof.kept(FILES) is not None
    assert [each.name for each in tmp_path.iterdir()] == ["proof.json"]
