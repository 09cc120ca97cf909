"""Settings, refused in words before a command works with them."""

from web.cli.terminal import fail
from web.french import health as french
from web.hosting import mail_checks
from web.hosting.settings import Settings


def checked_settings() -> Settings:
    """Returns the settings. Exits with a sentence when the address of the pages or of the mail server is none."""
    settings = Settings()
    for one in mail_checks.malformed(settings):
        fail(french.sentence(one.check, one.level, one.details))
    return settings
