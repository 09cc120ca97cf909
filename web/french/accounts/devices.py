"""The browser of a session in words: « Firefox sur Windows »."""

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "un iPhone"), ("iPad", "un iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """Returns the browser and its system, as the header User-Agent tells them."""
    browser = next((label for mark, label in _BROWSERS if f"{mark}/" in user_agent), "un navigateur")
    system = next((label for mark, label in _SYSTEMS if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
