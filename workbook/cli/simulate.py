"""``workbook simulate``: a cohort of couples from a seed, the same bytes each time."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.content import say
from workbook.errors import ContentError, problem

if TYPE_CHECKING:
    import pandas as pd

    from workbook.instruments import Instrument

COUPLES_PER_PART = 2_000  # some 250 MB of answers at a time, however large the cohort


@click.command(help=say("cli.simulate.help"), context_settings={"show_default": True})
@click.option("--couples", type=click.IntRange(min=1), required=True, help=say("cli.simulate.couples"))
@click.option("--seed", type=click.IntRange(min=0), default=1, help=say("cli.simulate.seed"))
@click.option("--occasions", type=click.IntRange(1, 50), default=1, help=say("cli.simulate.occasions"))
@click.option("--instrument", "chosen", multiple=True, help=say("cli.simulate.instrument"))
@click.option("--form", type=click.Choice(["csv", "parquet"]), default="csv", help=say("cli.simulate.form"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=say("cli.simulate.out"))
@click.option("--replace", is_flag=True, help=say("cli.simulate.replace"))
def simulate(
    *, couples: int, seed: int, occasions: int, chosen: tuple[str, ...], form: str, out: Path, replace: bool
) -> None:
    """Draw the couples part by part and write them as a whole."""
    from workbook.cohort import write_cohort

    instruments = _choose(chosen)
    about = {
        "simulated": True,
        "couples": couples,
        "seed": seed,
        "occasions": occasions,
        "instruments": {instrument.id: instrument.version for instrument in instruments},
    }
    parts = _draw(instruments, couples, seed, occasions)
    write_cohort(parts, out, form="parquet" if form == "parquet" else "csv", about=about, replace=replace)
    click.echo(say("cli.simulate.done", couples=couples, folder=out))


def _choose(chosen: tuple[str, ...]) -> "list[Instrument]":
    from workbook.instruments import catalogue

    known = {key: instrument for key, instrument in catalogue().items() if not instrument.is_private}
    unknown = [name for name in chosen if name not in known]
    if unknown:
        names = ", ".join(known)
        raise ContentError(problem("cli.simulate.unknown", instrument=name, known=names) for name in unknown)
    return [known[name] for name in dict.fromkeys(chosen)] if chosen else list(known.values())


def _draw(
    instruments: "list[Instrument]", couples: int, seed: int, occasions: int
) -> "Iterator[pd.DataFrame]":
    from workbook.simulate import simulate_couples

    for first in range(0, couples, COUPLES_PER_PART):
        n = min(COUPLES_PER_PART, couples - first)
        yield simulate_couples(n, seed, instruments, occasions=occasions, first=first).responses
