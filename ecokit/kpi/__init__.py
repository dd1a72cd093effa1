"""KPIs: each declared once, computed wherever the tables are, scored against targets."""

from ecokit.kpi.declare import KPIS as KPIS
from ecokit.kpi.declare import MEASURES as MEASURES
from ecokit.kpi.declare import declared as declared
from ecokit.kpi.declare import measure as measure
