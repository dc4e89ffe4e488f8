"""
What source systems report about the lives of a region, and what is paid for whoever works.

`reporting` tells of one person and `families` of parents and children; `book` keeps the reports of
each system as lines, by the day on which they are sent, and `contributions` those of the payments.
`settled` says of whom it is certain, by the Rules, which categories come of it.
"""
