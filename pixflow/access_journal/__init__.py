"""The access journal of a structure: a line for each page that showed somebody (docs/accounts.md#who-looked)."""
