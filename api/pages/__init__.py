"""Pages that people see, rendered on the server."""

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
