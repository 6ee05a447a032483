"""``python3 -m fem_asslb`` is ``fem-asslb``."""

import sys

from fem_asslb.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
