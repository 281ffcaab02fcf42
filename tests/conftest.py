# SPDX-License-Identifier: GPL-2.0-only
"""Makes `import harness` work from every test folder."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
