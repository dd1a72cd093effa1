"""Wrong answers to the second edition of the exercises, written by somebody who only read."""
