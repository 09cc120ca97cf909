"""Commands that read files of other programs: Pix Orga, places."""
