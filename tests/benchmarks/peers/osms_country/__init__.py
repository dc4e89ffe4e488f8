"""
Point 10 of the Rules as a country package of OpenFisca: twelve months paid give the right.

Only what OpenFisca needs in order to be asked the same kind of question: whether a payer has the
right in a month, the three months after the last of twelve included. It runs in OpenFisca's own
environment, not in ours.
"""

from pathlib import Path

from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="persons", label="A consumer", is_person=True)


class month_is_paid(Variable):
    value_type = bool
    entity = Person
    definition_period = MONTH
    label = "Whether a deduction or contribution was paid for the month"


class twelve_months_are_paid(Variable):
    value_type = bool
    entity = Person
    definition_period = MONTH
    label = "Whether the month and the eleven before it are paid (p. 10)"

    def formula(person, period, parameters):
        paid = person("month_is_paid", period)
        for back in range(1, parameters(period).payer_window_months):
            paid = paid * person("month_is_paid", period.offset(-back))
        return paid


class payer_is_entitled(Variable):
    value_type = bool
    entity = Person
    definition_period = MONTH
    label = "Whether p. 10 gives the right in the month"

    def formula(person, period, parameters):
        right = person("twelve_months_are_paid", period)
        for back in range(1, parameters(period).payer_retention_months + 1):
            right = right + person("twelve_months_are_paid", period.offset(-back))
        return right


class CountryTaxBenefitSystem(TaxBenefitSystem):
    def __init__(self):
        super().__init__([Person])
        self.load_parameters(str(Path(__file__).parent / "parameters"))
        self.add_variables(month_is_paid, twelve_months_are_paid, payer_is_entitled)
