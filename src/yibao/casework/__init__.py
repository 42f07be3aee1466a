"""Casework (办案): the wing in which what the audit suspects is worked off by people.

Its rooms, in the order of the way: `findings` receives what an audit found; `rounds`, `agreement` and `penalty` are the
three tracks of the law, which share the ground of `cases` and meet in `tracks`; `designation` keeps the agreements
themselves; `documents` and `papers` word what goes out.
"""
