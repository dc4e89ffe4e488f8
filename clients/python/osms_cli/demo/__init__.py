"""
The whole at work: a region lives through three years, and every part of the product is shown.

`play` tells the story; `stage` has the folder and the servers, `delivering` brings the senders'
files on their days, `forming` runs the matching, `account` counts what became of every line,
`looking` asks about people, and `story` follows one woman.
"""
