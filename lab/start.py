"""Where `lab/lab` and `lab/matrix` begin: makes the checkout importable and hands over.

elfin's own dependencies come as they do for `./elfin`: from its private place, when the first of them is imported.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:1] = [CHECKOUT, os.path.join(CHECKOUT, "src"), os.path.join(CHECKOUT, "tests")]
    from elfin import launch

    sys.meta_path.append(launch.PrivatePlace)  # type: ignore[arg-type]
    from lab import command

    sys.exit(command.main(sys.argv[1], sys.argv[2:]))
