"""IPython runs this file as a kernel of the course starts, and it leaves no name behind.

So a cell that is run before the first one gets a sentence, though it has not imported ecokit.
"""

__import__("ecokit.notebook").notebook.install()
