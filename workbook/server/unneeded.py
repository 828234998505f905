"""Imports that the server's libraries make and the server never uses, left out of a start."""

import importlib
import sys

GRAMMARS = "rfc3987_syntax"  # checks addresses with other letters; builds a grammar of its own when imported


def import_without_grammars() -> None:
    """Import ``jsonschema`` without the library that builds a grammar at each import.

    Jupyter's server reads the shapes of its own events with ``jsonschema``, which tries to import a checker
    of internationalised addresses for a format (``iri``) that no such shape has. That import takes longer
    than all others of the server together; where it fails, ``jsonschema`` goes on without the format.
    Whoever imports the checker later gets it.

    >>> import_without_grammars()
    >>> GRAMMARS in sys.modules and sys.modules[GRAMMARS] is None
    False
    """
    if GRAMMARS in sys.modules:
        return
    sys.modules[GRAMMARS] = None  # type: ignore[assignment] # what `import` takes for "is not there"
    try:
        importlib.import_module("jsonschema")  # Jupyter's, not ours
    finally:
        del sys.modules[GRAMMARS]
