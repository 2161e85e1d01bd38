"""Texts: marks are spans of code points, links are relations between spans.

Offsets count code points of the decoded text, from 0, the end exclusive. An item may also hold pictures to be looked
at: forms ask about all kinds of things side by side.
"""

from fairmark.modalities.text.modality import TEXT

__all__ = ["TEXT"]
