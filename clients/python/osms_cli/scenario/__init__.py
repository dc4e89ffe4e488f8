"""
Scenarios: lives told as events, and the answers expected.

A case is delivered to a sandbox server through the public RPCs only, its clock moved to each
event and question; every outcome and answer is compared with what the case expects, and only what
it expects is compared.
"""
