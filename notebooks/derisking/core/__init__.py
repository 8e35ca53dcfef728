"""Data in, typed frames out; knows no chart."""
