"""The events, one module a stream.

An event is a frozen dataclass with a stable stored name, its TOPIC. The engine stamps it in `Recorded`: actor, time and
channel.
"""
