"""Hold a table against a Table Schema: national ones, or a team's own; by machine, and by hand."""

from challenge_data.schemas.doubts import suspect_schema
from challenge_data.schemas.drawing import ManualScore, draw_cells, manual_score
from challenge_data.schemas.sketching import sketch
from challenge_data.schemas.standard import Schema, names, schema
from challenge_data.schemas.validation import PASS_MARK, Validation, validate

__all__ = [
    "PASS_MARK",
    "ManualScore",
    "Schema",
    "Validation",
    "draw_cells",
    "manual_score",
    "names",
    "schema",
    "sketch",
    "suspect_schema",
    "validate",
]
