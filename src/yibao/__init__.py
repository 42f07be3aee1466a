"""yibao (医保): an open platform with which a medical-insurance bureau governs its fund."""

from __future__ import annotations

__version__ = "0.1.0"
