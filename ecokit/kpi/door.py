"""The door stands in `ecokit.inputs`; this name serves the topics that still ask for it here."""

from ecokit.inputs.frames import By as By
from ecokit.inputs.frames import Frame as Frame
from ecokit.inputs.frames import as_group as as_group
from ecokit.inputs.frames import as_times as as_times
from ecokit.inputs.frames import door as door
from ecokit.inputs.frames import listed as listed
from ecokit.inputs.frames import need as need
from ecokit.inputs.frames import opened as opened
from ecokit.inputs.frames import refuse_taken as refuse_taken
