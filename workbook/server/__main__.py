"""``python -m workbook.server``: the server alone, without the command line's other verbs."""

import sys

if __name__ == "__main__":
    from workbook.server.launch import main

    sys.exit(main())
