"""``workbook backup`` and ``workbook restore``."""

from pathlib import Path

import click

from workbook.content import say

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(help=say("cli.backup.help"))
@click.argument("folder", type=_FOLDER)
@click.option("--data", type=_FOLDER, envvar="WORKBOOK_DATA", help=say("cli.backup.data"))
def backup(folder: Path, data: Path | None) -> None:
    """Copy the store, prove the copy, and say where its key is."""
    from workbook.storage.backup import back_up
    from workbook.storage.keys import find_key, key_file, key_id_of
    from workbook.storage.location import data_folder
    from workbook.storage.rotation import settle
    from workbook.storage.sqlcipher import FILE_NAME

    place = data_folder(data)
    settle(place)
    is_there = (place / FILE_NAME).exists()
    made = back_up(place, find_key(place, is_new=False) if is_there else b"", folder)
    click.echo(say("cli.backup.done", folder=made))
    key = key_file(place)
    where = "key" if key.exists() else "key_in_keyring"
    click.echo(say(f"cli.backup.{where}", key=key, name=key_id_of(made)))


@click.command(help=say("cli.restore.help"))
@click.argument("folder", type=_FOLDER)
@click.option("--data", type=_FOLDER, envvar="WORKBOOK_DATA", help=say("cli.restore.data"))
@click.option("--yes", is_flag=True, help=say("cli.restore.yes"))
def restore(folder: Path, data: Path | None, *, yes: bool) -> None:
    """Put a backup in the store's place, once the person agrees."""
    from workbook.storage.backup import check_backup
    from workbook.storage.backup import restore as put_back
    from workbook.storage.keys import erasures_file, find_key, later_lists
    from workbook.storage.location import data_folder, prepare_folder
    from workbook.storage.rotation import settle

    check_backup(folder)
    if not yes and not click.confirm(say("cli.restore.ask", folder=data_folder(data))):
        click.echo(say("cli.restore.stopped"))  # so nothing may have been made or mended before
        return
    place = prepare_folder(data_folder(data))
    settle(place)
    # The backup names its key: that of the folder it was made from, even on another computer.
    key = find_key(folder, is_new=False)
    aside = put_back(folder, place, key, erasures_file(folder), later_lists(folder))
    click.echo(say("cli.restore.done", folder=place))
    if aside is not None:
        click.echo(say("cli.restore.aside", aside=aside))
