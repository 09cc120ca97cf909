"""Reader of XLSX files: the rows of a sheet as the texts of an equal CSV file, within limits."""
