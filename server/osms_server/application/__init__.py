"""The use cases: each gathers what is known, lets the rules decide, and applies the decision."""
