"""
The short texts that people read, by stable code, in Kazakh, Russian and English.

Nothing else in a service writes a sentence: reasons, errors and names are codes with values, and
become text here, where they leave it. Every text is ours; what binds is the Rules.
"""

from osms_common.texts.errors import error_text
from osms_common.texts.language import Language, Text, parse_language
from osms_common.texts.names import budget_text, category_text, ground_text
from osms_common.texts.provisions import provision_reference, provision_text
from osms_common.texts.reasons import reason_text

__all__ = [
    "Language",
    "Text",
    "budget_text",
    "category_text",
    "error_text",
    "ground_text",
    "parse_language",
    "provision_reference",
    "provision_text",
    "reason_text",
]
