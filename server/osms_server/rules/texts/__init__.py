"""The short texts of the register alone: answers, what is absent, what would help."""

from osms_server.rules.texts.absences import absence_text
from osms_server.rules.texts.answers import answer_text
from osms_server.rules.texts.remedies import remedy_text

__all__ = ["absence_text", "answer_text", "remedy_text"]
