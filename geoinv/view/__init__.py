"""Pictures of solutions, models and surveys."""

from __future__ import annotations

from geoinv.view.picture import figure, view

__all__ = ["figure", "view"]
