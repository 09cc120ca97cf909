"""HTTP without dossiers: forms, templates, security, errors."""
