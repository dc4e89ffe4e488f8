"""
How a command comes to be: its function, the common options, an example, and how it fails.

A command's function is given a `Session` and its own options. The options of the connection and
`--json` are added here, and whatever it raises is turned into one message for the user.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from osms_cli.failures import told
from osms_cli.options import AsJson, Version, connection_options
from osms_cli.session import DEFAULT_ADDRESS, Options, Session

Command = Callable[..., None]


def reflowed(text: str) -> str:
    """A help text with each paragraph on one line, for the terminal to break."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


class Described(TyperCommand):
    """A command whose help says what to give, and not of which type of Python it will be."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with words for people."""
        return [_without_type(each) for each in super().get_params(ctx)]


class DescribedGroup(TyperGroup):
    """The same for a group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with words for people."""
        return [_without_type(each) for each in super().get_params(ctx)]


def _no_type(ctx: Any) -> None:
    del ctx


def _without_type(parameter: Any) -> Any:
    """A parameter without the name of its type in the help; the words of a choice stay."""
    if not parameter.type_descriptor.is_choice:
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = _no_type
        elif parameter.metavar is None:
            parameter.metavar = ""  # of --help; all the others have one
    return parameter


class Commands:
    """Registers commands on an application or a group of it."""

    def __init__(self, app: typer.Typer, usual_address: str = DEFAULT_ADDRESS) -> None:
        """*usual_address* is where their service is if nobody says so."""
        self._app = app
        self._usual_address = usual_address

    def add(
        self,
        name: str,
        *,
        caller: str = "",
        example: str,
        asks: bool = False,
        connects: bool = True,
    ) -> Callable[[Command], Command]:
        """
        Registers a command that usually runs as *caller*.

        One that *asks* about a person says "unknown" where the service cannot tell; one that
        does not *connect* has no options for it.
        """

        def register(function: Command) -> Command:
            add = self._app.command(
                name,
                cls=Described,
                help=reflowed(inspect.getdoc(function) or ""),
                epilog=f"Example: {example}",
            )
            if connects:
                add(_with_session(function, caller, self._usual_address, asks=asks))
            else:
                add(_alone(function))
            return function

        return register


def _with_session(function: Command, caller: str, usual_address: str, *, asks: bool) -> Command:
    """The function as a command line has it: without its session, with the common options."""
    common = connection_options(caller, usual_address)

    @wraps(function)
    def run(ctx: typer.Context, *, as_json: bool, **given: Any) -> None:
        from osms_client import OsmsError

        connection = {name: given.pop(name) for name in common}
        said = Options(**connection, address_said=connection["address"])
        options = said.over(ctx.find_root().obj or Options())
        session = Session(options, caller, as_json, usual_address)
        try:
            function(session, **given)
        except BrokenPipeError:
            raise
        except (OsmsError, OSError) as error:
            raise told(error, session.address, asks=asks, iin=given.get("iin", "")) from error
        finally:
            session.close()

    run.__signature__ = _joined(function, common)  # type: ignore[attr-defined]
    return run


def _alone(function: Command) -> Command:
    """The function of a command that reaches no service."""

    @wraps(function)
    def run(*, as_json: bool, **given: Any) -> None:
        try:
            function(Session(Options(), "", as_json), **given)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise told(error, "") from error

    signature = _joined(function, {})
    parameters = [each for name, each in signature.parameters.items() if name != "ctx"]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return run


def _joined(function: Command, common: dict[str, Any]) -> inspect.Signature:
    signature = inspect.signature(function, eval_str=True)
    own = [each for each in signature.parameters.values() if each.name != "session"]
    added = [_parameter("as_json", AsJson, default=False)]
    added += [_parameter(name, kind, default=None) for name, kind in common.items()]
    return signature.replace(parameters=[_context(), *own, *added])


def _parameter(name: str, kind: Any, *, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
    )


def root_callback() -> Command:
    """Keeps what is said about the connection before a command, or by the environment."""

    def callback(ctx: typer.Context, *, version: bool, **given: Any) -> None:
        del version  # it has ended the command before
        source = ctx.get_parameter_source("address")
        ambient = source is not None and source.name == "ENVIRONMENT"
        ctx.obj = Options(**given, address_said=None if ambient else given["address"])

    options = connection_options(from_environment=True)
    added = [_parameter("version", Version, default=False)]
    added += [_parameter(name, kind, default=None) for name, kind in options.items()]
    callback.__signature__ = inspect.Signature([_context(), *added])  # type: ignore[attr-defined]
    return callback


def _context() -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter("ctx", kind, annotation=typer.Context)
