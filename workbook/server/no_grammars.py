"""Import ``jsonschema`` without the library that builds a grammar at each import.

Jupyter's server and ``nbformat`` use ``jsonschema``, which tries to import a checker of internationalised
addresses for one format (``iri``) that none of their schemas has. That import takes as long as half of the
server's others together; where it fails, ``jsonschema`` goes on without the format. So this module is
imported before them: by ``launch`` and ``workbook research`` at each start, by pytest as its first plugin.
Whoever imports the checker later gets it.
"""

import importlib
import sys

GRAMMARS = "rfc3987_syntax"

if GRAMMARS not in sys.modules:
    sys.modules[GRAMMARS] = None  # type: ignore[assignment] # what `import` takes for "is not there"
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[GRAMMARS]
