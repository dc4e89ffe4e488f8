"""The dated parameters in force for this server: the law's, unless a sandbox overrides some."""

from __future__ import annotations

from collections.abc import Mapping

from osms_server.rules.parameters import EDITION, LAW, Parameters


class Law:
    """Holds the parameters by which everything is decided."""

    def __init__(self, parameters: Parameters = LAW) -> None:
        self._parameters = parameters

    @property
    def parameters(self) -> Parameters:
        """The parameters in force."""
        return self._parameters

    @property
    def edition(self) -> str:
        """The edition of the Rules in force, and whether a sandbox has changed it."""
        return EDITION if self._parameters is LAW else f"{EDITION}, overridden"

    def override(self, values: Mapping[str, str]) -> None:
        """The law's parameters with other *values*; ValueError names a wrong one. Sandbox only."""
        parameters = LAW
        for name, text in values.items():
            parameters = parameters.overridden(name, text)
        self._parameters = parameters
