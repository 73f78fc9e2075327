"""``straks prove``: proves what ships once, so that no process that starts here has to."""

from __future__ import annotations

import click

from straks.cli.group import Command


@click.command("prove", cls=Command)
def command() -> None:
    """
    Prove the templates that ship, for every process that starts here.

    What is found is kept beside the code of straks. It holds for these very files and this very code, for
    this Python and these libraries; run it when an image is built, and after an upgrade. The first message
    of a process then takes a fraction of its time. No message changes, and without it nothing is missing.
    """
    from straks import proof
    from straks.errors import InvalidSetting
    from straks.files.whole import whole_file
    from straks.loading import read_folder, shipped_folder

    files = read_folder(shipped_folder())
    found = proof.prove(files)
    text = proof.written(found, files)
    if text is None:
        raise InvalidSetting(
            "what a proof follows from cannot be told here: straks does not lie there as files, or a library "
            "does not say which release it is. Every process goes on proving for itself"
        )
    with whole_file(proof.FILE, mode=0o644) as file:
        file.write(text)
    click.echo(f"Proven and kept: {', '.join(found['proven'])}.")
