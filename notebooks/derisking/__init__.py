"""The mechanics behind the notebooks: floors that import downwards only, and one room a notebook. A test holds them.

    build   run, trace, filling, blocks, pages, dossier, claim_words, site, export, find
    rooms   n01_..., n02_... to n09_...    charts and long mechanics of the one notebook that its number names
    draw    style, save, marks, axes, labels, maps, panels, timeline, multiples      no story of its own
    stats   exact, survival, breaks, rates, growth                     thin over scipy and statsmodels
    core    paths, dates, events, cells, tables, sources, checks, claims, glue        data in, typed frames out

Both `build` and `rooms` stand on `draw`, `stats` and `core`, never on each other; `draw` and `stats` stand on `core`.
What decides a finding stands in the notebook, in sight.
"""
