"""
Forming the categories (p. 22-50, 54-61): who is granted which category, and who loses it.

The Labour Ministry's system compares the people whom source systems report with pension
contributions and social deductions, before the State Corporation sends what came of it to the
register. This package knows nothing of the register.
"""
