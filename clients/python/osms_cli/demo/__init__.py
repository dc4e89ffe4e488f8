"""
The whole at work: a region lives through three years, and every part of the product is shown.

`play` tells the story; `stage` has the folder and the server, `delivering` brings the senders'
files on their days, `account` counts what became of them, `looking` asks about people.
"""
