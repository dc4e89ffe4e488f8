"""
The check digit of an IIN or a BIN (section 4).

Twelve digits. The first eleven are weighted 1..11 and summed; the remainder by 11 is the check
digit. If it is 10, the weights 3..11, 1, 2 decide; if it is 10 again, there is no such number.
The digits that tell birth date, century and sex are not looked at.
"""

import re

_FIRST_ROUND = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_ROUND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_NONE = 10


def is_valid_number(text: object) -> bool:
    """Tell whether *text* is twelve digits of which the last is right."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{12}", text):
        return False
    return check_digit(text[:11]) == int(text[11])


def check_digit(stem: str) -> int | None:
    """Return the check digit of an eleven-digit *stem*, None if no number can begin so."""
    for weights in (_FIRST_ROUND, _SECOND_ROUND):
        remainder = sum(w * int(c) for w, c in zip(weights, stem, strict=True)) % 11
        if remainder != _NONE:
            return remainder
    return None
