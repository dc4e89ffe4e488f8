"""
The short texts that people read, by stable code, in Kazakh, Russian and English.

Nothing else in the service writes a sentence: reasons, answers and errors are codes with values,
and become text here, where they leave it. Every text is ours; what binds is the Rules.
"""

from osms_server.rules.texts.absences import absence_text
from osms_server.rules.texts.answers import answer_text
from osms_server.rules.texts.errors import error_text
from osms_server.rules.texts.language import Language, Text, parse_language
from osms_server.rules.texts.names import budget_text, category_text, ground_text
from osms_server.rules.texts.provisions import provision_reference, provision_text
from osms_server.rules.texts.reasons import reason_text
from osms_server.rules.texts.remedies import remedy_text

__all__ = [
    "Language",
    "Text",
    "absence_text",
    "answer_text",
    "budget_text",
    "category_text",
    "error_text",
    "ground_text",
    "parse_language",
    "provision_reference",
    "provision_text",
    "reason_text",
    "remedy_text",
]
