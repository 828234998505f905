"""What a person sees: `open_workbook` shows it in a notebook cell."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.ui.app import open_workbook

__all__ = ["open_workbook"]


def __getattr__(name: str) -> Any:
    # The stylesheet and components live here too; whoever reads those needs no widgets.
    if name == "open_workbook":
        from workbook.ui.app import open_workbook

        return open_workbook
    raise AttributeError(name)
