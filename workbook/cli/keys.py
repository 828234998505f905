"""``workbook rotate-key``: a new key for the workbook's file."""

from pathlib import Path

import click

from workbook.content import say

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(name="rotate-key", help=say("cli.rotate_key.help"))
@click.option("--data", type=_FOLDER, envvar="WORKBOOK_DATA", help=say("cli.rotate_key.data"))
@click.option("--forget-old-key", is_flag=True, help=say("cli.rotate_key.forget"))
def rotate_key(*, data: Path | None, forget_old_key: bool) -> None:
    """Put the store under a new key, and say what that means for backups."""
    from workbook.storage.keys import find_key, forget_key
    from workbook.storage.location import data_folder
    from workbook.storage.rotation import rotate, settle

    place = data_folder(data)
    settle(place)
    is_there = any(place.glob("workbook.db"))
    old, new = rotate(place, find_key(place, is_new=False) if is_there else b"")
    click.echo(say("cli.rotate_key.done", folder=place, new=new))
    if forget_old_key:
        forget_key(old)
    click.echo(say("cli.rotate_key.forgotten" if forget_old_key else "cli.rotate_key.kept", old=old))
