"""``straks prove``: what ships is proven once, and said to be."""

from __future__ import annotations

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
