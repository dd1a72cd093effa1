"""The one door: whatever a caller gives is looked at here, before anything is computed.

- `frames`: tables of a shop, of a mapping or alone, of any engine; the same kind out.
- `rows`: rows that cannot be used, told with the table, how many, an example and a remedy.
- `amounts`: money, quantities and seconds as whole numbers, exact on every engine.
- `numbers`: numbers, counts, moments, months, names, seeds: name and value in, value out.
- `demand`: a distribution or a sample of what may be asked for, and what a stock fails to serve.
- `intervals`: of a share (Wilson) and of a difference of two (Newcombe), for arrays and columns.
- `renamed`: what was renamed or removed, and functions that say so.

Every refusal is a `CourseError`. Call the functions with their module, ``numbers.share(...)``,
because names such as ``share`` are wanted for results.
"""
