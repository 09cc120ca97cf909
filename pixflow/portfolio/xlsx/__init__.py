"""Reader of XLSX files: the parts of the archive, their XML, the rows of a sheet."""
