"""The events, one module a stream.

An event is a frozen dataclass with a stable stored name, its TOPIC. Who recorded it, when and through
what are its stamps: the engine puts them on in `Recorded`, at one place.
"""
