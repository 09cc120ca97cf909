"""pixflow: the case-management engine of Pix in Missions locales. No HTML, no French, no read-side SQL."""

__version__ = "0.1.0"
