"""What is worth a word: codes and numbers, never prose."""

from workbook.insights.find import find_insights
from workbook.insights.insight import Insight

__all__ = ["Insight", "find_insights"]
