"""What a matching decided, in one sentence or two, in Kazakh, Russian and English."""

from osms_common.texts.language import Language, Text
from osms_matching.rules.texts.decisions import decision_text

__all__ = ["Language", "Text", "decision_text"]
