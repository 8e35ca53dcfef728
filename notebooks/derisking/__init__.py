"""The mechanics behind the notebooks: floors that import downwards only. A test holds them.

    build   run, trace, lock, filling, blocks, pages, dossier, claim_words, website, export, find,
            places, references, papers, countries, bench
    rooms   n01_... to n09_...: charts and long mechanics of the one notebook a number names
    draw    style, save, marks, axes, labels, maps
    stats   exact, survival, breaks, rates, growth: thin over scipy and statsmodels
    core    paths, files, citation, dates, events, cells, faults, tables, sources, plausible, rules,
            checks, claims, glue

Both `build` and `rooms` stand on `draw`, `stats` and `core`, never on each other; `draw`, which
knows nothing of the story, and `stats` stand on `core`, which reads data and knows no chart.
What decides a finding stands in the notebook, in sight.
"""
