"""The long proofs: each promise of the workbook as a figure with a bound and a positive control.

``make prove`` runs all of them in full, ``make prove ONLY=power-cuts,erasure`` some;
``make prove-short`` runs a short form of each. Results are kept by
the contents of all that the proof depends on (`tests.proofs.reach`) and its name in ``build/proofs/``,
outside git, so a run that was stopped goes on where it was; counts only ever grow, and a failure once seen
at a state stays. Slices run beside each other, ``JOBS=2`` of them at a time (default: one per core).

How to add one: put a module here (any name that does not start with ``test_`` or ``_``) with

    from tests.proofs.harness import Counts, proof

    @proof("coverage", bound="95 % intervals cover the truth in 94 to 96 %", full=10_000, short=200,
           holds=lambda counts: 0.94 <= counts["covered"] / counts["trials"] <= 0.96,
           figure=lambda counts: f"{counts['covered'] / counts['trials']:.3f}")
    def coverage(size: int, seed: int) -> Counts:
        ...                         # ``size`` trials that depend on nothing but ``seed``
        return {"trials": size, "covered": covered}

    @coverage.control(size=200)     # the same with its protection removed: must fail
    def without_the_correction(size: int, seed: int) -> Counts:
        ...

- ``size`` trials are asked for at a time (``portion`` at most); slices of one commit are merged:
  **whole numbers are added, floats are kept at their largest** (so a "worst difference" is a float).
- ``counts["trials"]`` must reach ``full``. By default a proof holds when every count named in
  ``zero`` is 0; give ``holds`` for anything else, ``figure`` for how it reads in the table.
- A proof that measures times or memory says ``alone=True``: nothing runs beside it.
- A proof may raise `CannotRun` with a reason (no compiler, no R): it then fails in
  ``make prove`` and is skipped in the short form.
- A control may be given ``fails`` when the reason it must fail for is narrower than
  "not holds".
"""
