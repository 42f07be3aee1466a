"""The house's own tools: what `make` runs beside the product."""

from __future__ import annotations
