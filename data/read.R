# Read the tables of this data package in R, with the types that datapackage.json gives them.
#
#   source("data/read.R")
#   missions <- read_evidence("missions")
#   attr(missions$closed_latest, "label")
#
# Base R and jsonlite. Flags become TRUE and FALSE, *_earliest and *_latest become Date, and an empty
# cell becomes NA. Partial dates such as "2023-10" stay text: compare their bounds. Rows without a
# source are left out, as in every result here; unsourced = TRUE keeps them.

read_evidence <- function(table, folder = NULL, unsourced = FALSE) {
  if (is.null(folder)) folder <- Filter(function(f) file.exists(file.path(f, "datapackage.json")),
                                        c(".", "data", "../data"))[1]
  if (is.na(folder)) stop("No datapackage.json here or in data/; say where: folder = \"...\"")
  package <- jsonlite::read_json(file.path(folder, "datapackage.json"))
  tables <- Filter(function(r) identical(r$type, "table"), package$resources)
  names(tables) <- vapply(tables, function(r) r$name, "")
  if (!table %in% names(tables)) {
    stop("There is no table '", table, "'. Tables are: ", paste(names(tables), collapse = ", "), ".")
  }
  resource <- tables[[table]]
  frame <- utils::read.csv(file.path(folder, resource$path), colClasses = "character",
                           na.strings = "", check.names = FALSE, encoding = "UTF-8")
  for (field in resource$schema$fields) {
    cells <- frame[[field$name]]
    cells <- switch(field$type,
      integer = as.integer(cells),
      number = as.numeric(cells),
      boolean = cells == "1",
      date = as.Date(cells, format = "%Y-%m-%d"),
      cells
    )
    frame[[field$name]] <- cells
  }
  if (!unsourced && "sources" %in% names(frame)) {
    sourced <- !is.na(frame$sources)
    if ("confidence" %in% names(frame)) sourced <- sourced & frame$confidence != "unsourced"
    frame <- frame[sourced, , drop = FALSE]
  }
  rownames(frame) <- NULL
  for (field in resource$schema$fields) {  # last: choosing rows drops what hangs on a column
    attr(frame[[field$name]], "label") <- field$title
  }
  frame
}
