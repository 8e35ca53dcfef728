"""Statistics, thin over scipy and statsmodels."""
