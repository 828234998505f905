"""What describes a release to people and programs: codebook, Frictionless, Psych-DS."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbook.content import say
from workbook.research.export.release import Column, Release, ReleaseTable


def codebook(release: Release) -> pd.DataFrame:
    """Return one row per column: its table, label, kind, codes, codes for missing, and the item's version."""
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "label": column.label,
                "kind": column.kind,
                "codes": _listed(column.codes),
                "missing": _listed(column.missing),
                "version": column.version,
            }
            for table in release.tables
            for column in table.columns
        ]
    )


def data_package(release: Release, study: str, slug: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Frictionless' ``datapackage.json`` for the CSV files (Data Package, version 1 and 2)."""
    return {
        "name": f"{slug}-{release.level}",
        "title": study,
        "description": say(f"research.export.{release.level}"),
        "profile": "tabular-data-package",
        "resources": [_resource(table, files[table.name]) for table in release.tables],
    }


def dataset_description(release: Release, study: str) -> dict[str, Any]:
    """Psych-DS' ``dataset_description.json``: schema.org's Dataset, as JSON-LD."""
    seen: dict[str, Column] = {}
    for table in release.tables:
        for column in table.columns:
            seen.setdefault(column.name, column)
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": study,
        "description": say(f"research.export.{release.level}"),
        "schemaVersion": "Psych-DS 1.0.0",
        "variableMeasured": [_variable(column) for column in seen.values()],
    }


def _resource(table: ReleaseTable, path: str) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    kind = {"code": "integer", "number": "number"}.get(column.kind, "string")
    found: dict[str, Any] = {"name": column.name, "type": kind, "title": column.label}
    if column.codes:
        found["description"] = _listed(column.codes)
        found["constraints"] = {"enum": list(column.codes)}
    return found


def _variable(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": column.name,
        "description": column.label,
    }
    if column.codes:
        found["valueReference"] = [
            {"@type": "PropertyValue", "value": value, "name": label}
            for value, label in {**column.codes, **column.missing}.items()
        ]
    return found


def _listed(codes: Mapping[int, str]) -> str:
    return "; ".join(f"{code} = {label}" for code, label in codes.items())
