"""The types of what people type, each with its help and its way of being read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final

import typer

from osms_cli.moments import parse_day, parse_instant, parse_month


def typed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser whose complaint reaches the user word for word."""

    def read(text: Any) -> Any:
        if not isinstance(text, str):
            return text  # a default, which is read already
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error

    return read


PURPOSES: Final = ("CARE", "PLANNING", "COMPLAINT", "REGISTRATION", "CONTROL")
"""As the client has them; it is not imported before somebody calls."""


def _purpose(text: str) -> str:
    if text and text.upper() not in PURPOSES:
        message = f"{text!r} is not one of {', '.join(PURPOSES).lower()}"
        raise ValueError(message)
    return text.upper()


read_day: Final = typed(parse_day)
read_month: Final = typed(parse_month)
read_instant: Final = typed(parse_instant)

DAY: Final = "YYYY-MM-DD"

Iin = Annotated[str, typer.Argument(metavar="IIN", help="The person, by 12 digits.")]
OnDay = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar=DAY,
        parser=read_day,
        help="The day asked about; today by the service's clock if left out.",
    ),
]
Purpose = Annotated[
    str,
    typer.Option(
        "--purpose",
        metavar="|".join(each.lower() for each in PURPOSES),
        parser=typed(_purpose),
        help="What is asked for; it is kept in the log of answers.",
    ),
]
AtLeast = Annotated[
    str,
    typer.Option(
        "--at-least-revision",
        metavar="REVISION",
        help="Revision that the answer must include; unknown where it cannot.",
    ),
]
RejectionId = Annotated[
    str, typer.Argument(metavar="ID", help="The rejection; osms rejections lists them.")
]
HeldId = Annotated[str, typer.Argument(metavar="ID", help="What is held; osms held lists it.")]
Positions = Annotated[
    list[int] | None,
    typer.Option(
        "--position",
        metavar="N",
        min=1,
        help="Only the removal at this position; repeat it for each. All that wait if left out.",
    ),
]
RequestId = Annotated[
    str,
    typer.Option(
        "--request-id",
        metavar="UUID",
        help="Id of the request; the same one again repeats it without doing it twice.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        "-n",
        min=1,
        metavar="N",
        help="At most so many; 100 in a table, and all with --json, if left out.",
    ),
]
