"""The exports' privacy: attacked as a partner and as an outsider, and measured against pycanon."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tests.proofs.harness import CannotRun, Counts, proof
from workbook.instruments import catalogue
from workbook.research.anonymise import attainable, suppress_table
from workbook.research.attacks import N_TOLD, attack_as_outsider, attack_as_partner
from workbook.research.export import Published, unlinked_release
from workbook.research.export.unlinked import partners
from workbook.research.risk import measure_anonymity
from workbook.simulate import simulate_couples

ENVIRONMENT = Path("build/pycanon")
INTERPRETER = "Scripts/python.exe" if os.name == "nt" else "bin/python"
WHOLE = "whole"
PYCANON = "pycanon==1.0.1.post2"
SHOWN = {name: i for name, i in catalogue().items() if name in ("connection", "background")}
FACTS = [item.id for item in SHOWN["background"].items]


def attack(size: int, seed: int, *, raw: bool) -> Counts:
    """Attack one release of a cohort of 100 and one of 1,000 couples per trial."""
    worst_partner = worst_outsider = 0.0
    least = 1.0
    for trial in range(size):
        for n in (100, 1000):
            published = Published.of_responses(simulate_couples(n, seed + trial, SHOWN).responses, SHOWN)
            people = published.people()
            if raw:
                rows, known, link = _raw_rows(published, people)
                owner = list(people["person_id"])
            else:
                release = unlinked_release(published, seed=seed + trial)
                rows, owner, link = release.tables[0].rows, list(release.owners), None
                known = [name for name in rows.columns if name != "row_id"]
            partner = attack_as_partner(rows, owner, partners(people), known, link=link).success
            outsider = attack_as_outsider(rows, known).success
            worst_partner, worst_outsider = max(worst_partner, partner), max(worst_outsider, outsider)
            least = min(least, partner, outsider)
    return {
        "trials": size,
        "partner": float(worst_partner),
        "outsider": float(worst_outsider),
        # Slices keep the largest float: of the controls the smallest success matters.
        "hidden": float(1.0 - least),
    }


def _raw_rows(published: Published, people: pd.DataFrame) -> tuple[pd.DataFrame, list[str], str]:
    """Linked rows of answers, of which the partner knows eight, the outsider those and the facts."""
    items = [item.id for item in SHOWN["connection"].items][:N_TOLD]
    answers = published.wide_answers([*items, *FACTS], "assessment-1").reindex(people["person_id"])
    rows = answers.reset_index(drop=True).assign(couple=people["couple_id"].to_numpy())
    return rows, [*items, *FACTS], "couple"


@proof(
    "privacy",
    bound="partner and outsider each find ≤ 5 % in the default export, at 100 and 1,000 couples",
    full=20,
    short=1,
    portion=5,
    holds=lambda c: c["partner"] <= 0.05 and c["outsider"] <= 0.05,
    figure=lambda c: f"partner {100 * c['partner']:.2f} %, outsider {100 * c['outsider']:.2f} % at worst",
)
def privacy(size: int, seed: int) -> Counts:
    """The default export attacked by those who know most."""
    return attack(size, seed, raw=False)


@privacy.control(size=1, fails=lambda c: c["hidden"] < 0.05)
def raw_linked_answers(size: int, seed: int) -> Counts:
    """Eight answers and the background facts, linked: both attacks must succeed in over 95 %."""
    return attack(size, seed, raw=True)


@proof(
    "suppression",
    bound="0 withheld cells can be worked out from a table's sums",
    full=1500,
    short=60,
    portion=300,
    zero=("worked_out", "small_shown"),
)
def suppression(size: int, seed: int) -> Counts:
    """Complementary suppression against the attacker's linear programme, on random tables."""
    return _suppress(size, seed, complementary=True)


@suppression.control(size=60, fails=lambda c: c["worked_out"] > 0)
def small_cells_only(size: int, seed: int) -> Counts:
    """Withholding only the small cells themselves is undone by the sums."""
    return _suppress(size, seed, complementary=False)


def _suppress(size: int, seed: int, *, complementary: bool) -> Counts:
    generator = np.random.default_rng(seed)
    worked_out = small = cells = 0
    for _ in range(size):
        shape = generator.integers(2, 8), generator.integers(2, 5)
        counts = generator.poisson(generator.uniform(2, 25), shape)
        withheld = (counts > 0) & (counts < 5)
        if complementary:
            withheld = suppress_table(pd.DataFrame(counts), 5).isna().to_numpy()
        if (counts[~withheld] > 0).any():  # else only the sums are left
            worked_out += sum(low == high for low, high in attainable(counts, withheld))
        small += int(((counts > 0) & (counts < 5) & ~withheld).sum())
        cells += int(withheld.sum())
    return {"trials": size, "withheld": cells, "worked_out": int(worked_out), "small_shown": small}


_ASK = """
import json, sys
import pandas as pd
from pycanon import anonymity
found = []
for path in sys.argv[1:]:
    table = pd.read_csv(path, dtype={"c": str})
    row = [anonymity.k_anonymity(table, ["q1", "q2"])]
    for s in ("s", "c"):
        for measure in (anonymity.l_diversity, anonymity.t_closeness):
            row.append(measure(table, ["q1", "q2"], [s]))
    found.append([float(value) for value in row])
print(json.dumps(found))
"""


@proof("pycanon", bound="k, l, t as pycanon's on 60 tables", full=60, short=3, zero=("differ",))
def pycanon(size: int, seed: int) -> Counts:
    """k, l and t against an independent implementation, rows as units."""
    return _compare(size, seed, spoil=False)


@pycanon.control(size=3)
def a_quasi_identifier_forgotten(size: int, seed: int) -> Counts:
    """Forget one quasi-identifier: the figures must differ."""
    return _compare(size, seed, spoil=True)


def _python_with_pycanon() -> str:
    """The Python of an environment of pycanon's own, for it takes older packages than ours.

    ``make prove`` sets it up once under ``build/``; the tests fetch nothing and make do without.
    """
    python = ENVIRONMENT / INTERPRETER
    if _imports_pycanon(python):
        return str(python)
    if "PYTEST_CURRENT_TEST" in os.environ:
        raise CannotRun("pycanon, which `make prove ONLY=pycanon` sets up under build/pycanon")
    with _alone(ENVIRONMENT.with_name(f"{ENVIRONMENT.name}.lock")):
        if not _imports_pycanon(python):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            _make_environment(ENVIRONMENT)
    return str(python)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """A proof and its control may both get here at once: one waits, five minutes at most."""
    lock.parent.mkdir(exist_ok=True)
    for _ in range(300):
        try:
            lock.mkdir()
            break
        except FileExistsError:
            time.sleep(1.0)
    try:
        yield
    finally:
        shutil.rmtree(lock, ignore_errors=True)


def _make_environment(folder: Path) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    python = str(folder / INTERPRETER)
    steps = [[sys.executable, "-m", "venv", str(folder)], [python, "-m", "pip", "install", "-q", PYCANON]]
    if uv is not None:
        steps = [
            [uv, "venv", "-q", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "-q", "--python", python, PYCANON],
        ]
    for step in steps:
        ran = subprocess.run(step, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise CannotRun(f"{PYCANON}, which cannot be fetched here: {ran.stderr.strip()[-300:]}")
    (folder / WHOLE).touch()


def _imports_pycanon(python: Path) -> bool:
    if not (ENVIRONMENT / WHOLE).exists() or not python.exists():
        return False  # or being made just now, with some of its packages there
    return subprocess.run([python, "-c", "import pycanon"], capture_output=True, check=False).returncode == 0


def _compare(size: int, seed: int, *, spoil: bool) -> Counts:
    python = _python_with_pycanon()
    tables = [_random_table(np.random.default_rng(seed + trial)) for trial in range(size)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{number}.csv") for number in range(size)]
        for table, path in zip(tables, paths, strict=True):
            table.to_csv(path, index=False)
        ran = subprocess.run([python, "-c", _ASK, *paths], capture_output=True, text=True, check=True)
    differ = 0
    for table, theirs in zip(tables, json.loads(ran.stdout.splitlines()[-1]), strict=True):
        quasi = ["q1"] if spoil else ["q1", "q2"]
        number, category = (measure_anonymity(table, quasi, [name]) for name in ("s", "c"))
        ours = [number.k, number.l, number.t, category.l, category.t]
        differ += int(not np.allclose(ours, theirs, atol=1e-9))
    return {"trials": size, "differ": differ}


def _random_table(generator: np.random.Generator) -> pd.DataFrame:
    n = int(generator.integers(20, 300))
    return pd.DataFrame(
        {
            "q1": generator.integers(0, int(generator.integers(2, 5)), n),
            "q2": generator.integers(0, int(generator.integers(2, 5)), n),
            "s": generator.integers(1, 6, n),
            "c": generator.choice(list("abcd"), n, p=[0.5, 0.25, 0.15, 0.1]),
        }
    )
