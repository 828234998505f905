"""Plausible couples from a seed, with known truth: for tests, the demo and benchmarks.

Nothing here is data about real couples. The model: each person has a latent standing on
every facet, part general and part the facet's own, correlated within the couple; each
answer is that standing plus noise, cut into the choices of the scale. What a person says
about the partner mixes the partner's standing (accuracy) with their own (assumed similarity).
"""

from workbook.simulate.cohort import SimulatedCohort, respond, simulate_couples
from workbook.simulate.draw import Traits

__all__ = ["SimulatedCohort", "Traits", "respond", "simulate_couples"]
