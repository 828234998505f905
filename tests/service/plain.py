"""A table's contents in a form in which two readings can be compared."""

from typing import Any

from workbook.service.formats.publications import publication_to_json
from workbook.service.formats.rows import event_to_json
from workbook.service.formats.values import Table


def table_as_json(table: Table) -> dict[str, Any]:
    """Return all of a table as plain JSON, every cell of its frames included."""
    return {
        "publications": [publication_to_json(publication) for publication in table.publications],
        "events": [event_to_json(event) for event in table.events],
        "open_rounds": [list(pair) for pair in table.open_rounds],
        "choices": [list(choice) for choice in table.choices],
        "weeks": [publication_to_json(line) for line in table.lines],
    }
