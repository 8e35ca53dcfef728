"""The mechanics behind the notebooks: dates, evidence, chart forms, statistics, figures.

Read the modules in this order, for they import each other only this way round:
paths, dates, evidence, controls, derive; then chart forms and statistics; figures stands beside them;
execute and pages run the notebooks and write the generated pages.
"""
