"""What a trainer needs for a workshop, made from what the course already knows.

``ecokit trainer pack`` calls `make`. A *plan* (`plan`) says what is taught when. Each module named
in `make.MAKERS` turns a plan into files: pages in HTML, which `paper` prints as PDF with the
browser that is there, and plain files. Words that are the trainer's own stand in ``templates/``;
numbers, minutes, objectives and mistakes come from the exercises, the tables and the built book,
so nothing goes stale.

The package lies outside the wheel: a learner's installation holds nothing of it.
"""
