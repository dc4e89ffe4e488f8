"""What a matching decided, in one sentence or two, in Kazakh, Russian and English."""

from osms_matching.rules.texts.decisions import decision_text
from osms_matching.rules.texts.language import Language, Text

__all__ = ["Language", "Text", "decision_text"]
