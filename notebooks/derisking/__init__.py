"""The mechanics behind the notebooks. Imports go one way, from the first paragraph to the last; a test holds them to it.

What every notebook uses
    paths       where things stand                 dates       partial dates as intervals
    evidence    read, check, name sources          controls    rules between tables
    derive      the tables of notebook 01          provenance  what the tables say about themselves
    figures     style, checks, saving, manifest    claims      one claim, its findings, the rule of the verdict

Statistics, thin over scipy and statsmodels
    statistics  exact tests, permutations, power   survival    Kaplan-Meier and log-rank over interval dates
    breaks      candidate breaks in dated events   upstream    a reader's own copy of other people's data

Chart forms, which take tidy frames
    panels      grids, marks, dumbbells            timeline    lanes, labelled events, interval bars, spells
    maps        posts on a map                     multiples   small multiples, runs with gaps
    ranges      ranges, spans, before and after

One room a notebook, for the steps and charts that only it needs
    02 network    03 chronology    04 and 05 exposure    07 outcomes    08 rivals, robustness    09 ledger

Running and publishing
    blocks      marked blocks in pages             execute     run a notebook, then put its results in place
    pages       codebook, gallery, front page      site        the static site
    export      one SQL file, one archive          find        who says what about a word
"""
