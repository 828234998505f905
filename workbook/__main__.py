"""``python -m workbook`` is ``workbook``."""

from workbook.cli import main

if __name__ == "__main__":
    main()
