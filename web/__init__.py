"""Pages, forms, terminal: everything French, everything HTTP."""
