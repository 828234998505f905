"""Statistics of couples: one row per couple, two partners who are not independent."""

from workbook.research.dyadic.apim import apim
from workbook.research.dyadic.distinguish import (
    AlignedCouples,
    Distinguishability,
    align_roles,
    distinguishability,
)
from workbook.research.dyadic.icc import DyadicICC, dyadic_icc
from workbook.research.dyadic.mediation import Mediation, apimem
from workbook.research.dyadic.moderation import moderated_apim
from workbook.research.dyadic.pairing import from_pairs, from_persons
from workbook.research.dyadic.pattern import Pattern
from workbook.research.dyadic.profiles import perceptual_accuracy, profile_similarity
from workbook.research.dyadic.result import Apim, ExplainedNonindependence
from workbook.research.dyadic.truth import TruthAndBias, truth_and_bias
from workbook.research.moments import Moments

__all__ = [
    "AlignedCouples",
    "Apim",
    "Distinguishability",
    "DyadicICC",
    "ExplainedNonindependence",
    "Mediation",
    "Moments",
    "Pattern",
    "TruthAndBias",
    "align_roles",
    "apim",
    "apimem",
    "distinguishability",
    "dyadic_icc",
    "from_pairs",
    "from_persons",
    "moderated_apim",
    "perceptual_accuracy",
    "profile_similarity",
    "truth_and_bias",
]
