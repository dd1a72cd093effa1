"""Who is where: the trainer's board of a room.

Learners hand in files (`ecokit.exercises.collect`), or their machines send events to the trainer's.
`ecokit.exercises.wire` says what an event is; whatever is none is a sentence. `ledger` keeps the
events of a room in one file of the trainer's, and `reading` fills it from a folder of files.

What learners' machines say can be edited on the way: nothing on a board is a grade.

The package lies outside the wheel: a learner's installation holds nothing of it.
"""
