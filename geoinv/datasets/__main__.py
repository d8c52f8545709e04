"""Write the demo survey: ``python -m geoinv.datasets FOLDER``."""

from __future__ import annotations

import sys

from geoinv.datasets.demo import main

__all__: list[str] = []

if __name__ == "__main__":
    main(sys.argv[1:])
