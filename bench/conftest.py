# SPDX-License-Identifier: GPL-2.0-only
"""Makes `import measure` and `import harness` work from the tests here."""

import pathlib
import sys

BENCH = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(BENCH), str(BENCH.parent / "tests")]
