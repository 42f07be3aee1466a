"""The archive (档案): the wing that remembers. One subject, one file; what is decided is written there, and stays.

Its rooms: `files` keeps the subjects and the facts of their files, which is all that is remembered; `points` keeps the
payment qualification of persons (支付资格: registration, commitment, points, status); `credit` makes a score and a grade of
the facts. Status, points, score and grade are functions of the facts at a date and as known at a date: nothing is
counted that was annulled, nothing is deleted, and everything can be computed again.
"""
