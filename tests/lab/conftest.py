"""The lab lies at the checkout's root, beside `src`."""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = str(Path(__file__).resolve().parent.parent.parent)
if CHECKOUT not in sys.path:
    sys.path.append(CHECKOUT)
