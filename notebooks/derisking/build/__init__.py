"""Run the notebooks, write the pages."""
