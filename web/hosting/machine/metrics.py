"""Measures of one process, by OpenTelemetry's names and rules, shown as Prometheus reads them.

The packages are those of the extra `metrics`. FastAPI measures the requests.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from fastapi.telemetry import TelemetryConfig

from web import security_events
from web.accounts import attempts
from web.hosting import health
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure

UNMEASURED: TelemetryConfig = {"tracing": False, "logs": False, "metrics": False, "auto_configure": False}
"""FastAPI's telemetry: no trace, which would have the address of a page, and nothing that the environment turns on."""


class Metrics:
    """The measures of a host. Raises ImportError without the extra."""

    def __init__(self, host: Host) -> None:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from prometheus_client import CollectorRegistry

        self._host = host
        self._registry = CollectorRegistry()
        reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=self._registry)
        self._provider = MeterProvider([reader], Resource({}), shutdown_on_exit=False)
        self._gauges(self._provider.get_meter("pixflow"))

    def telemetry(self) -> TelemetryConfig:
        """Returns the settings of FastAPI's telemetry: requests are measured here, and nothing is sent anywhere."""
        return {**UNMEASURED, "metrics": True, "meter_provider": self._provider}

    def text(self) -> bytes:
        """Returns the measures in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)

    def _gauges(self, meter: Any) -> None:
        by_structure: dict[str, tuple[str, Callable[[ServedStructure], float | None]]] = {
            "pixflow.tables.lag": ("{event}", _lag),
            "pixflow.tables.stopped": ("{stream}", _stopped),
            "pixflow.backup.age": ("h", _backup_age),
            "pixflow.accounts.suspended": ("{account}", _suspended),
            "pixflow.accounts.mass_reading": ("{account}", _mass_reading),
        }
        for name, (unit, value) in by_structure.items():
            meter.create_observable_gauge(name, [self._each(value)], unit)
        meter.create_observable_gauge("pixflow.tick.age", [self._age], "s")
        meter.create_observable_gauge("pixflow.accounts.locked", [self._locked], "{account}")
        meter.create_observable_counter("pixflow.security.events", [_events], "{event}")

    def _each(self, value: Callable[[ServedStructure], float | None]) -> Callable[[Any], Iterable[Any]]:
        from opentelemetry.metrics import Observation

        def observe(_: Any) -> Iterable[Any]:
            for slug, served in self._host.structures.items():
                if (found := value(served)) is not None:
                    yield Observation(found, {"structure": slug})

        return observe

    def _age(self, _: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation

        yield Observation(time.monotonic() - self._host.looked)

    def _locked(self, _: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation

        if self._host.site:
            yield Observation(attempts.locked(self._host.site.store))


def metrics_of(host: Host) -> Metrics | None:
    """Returns the measures of a host, None without the extra."""
    try:
        return Metrics(host)
    except ImportError:
        return None


def _events(_: Any) -> Iterable[Any]:
    from opentelemetry.metrics import Observation

    for (kind, factor), count in list(security_events.counts.items()):
        yield Observation(count, {"event": kind, "factor": factor})


def _lag(served: ServedStructure) -> float | None:
    return _found(served, "tables", "lag")


def _stopped(served: ServedStructure) -> float | None:
    return _found(served, "stopped", "streams")


def _found(served: ServedStructure, check: str, name: str) -> float | None:
    return next((_detail(one, name) for one in served.findings if one.check == check), None)


def _backup_age(served: ServedStructure) -> float | None:
    opened = served.opened
    return _detail(health.run(health.backup, opened.folder.parent, opened.slug, served.engine.clock()), "hours")


def _suspended(served: ServedStructure) -> float:
    return sum(1 for one in served.refs.team.values() if one.access.suspended)


def _mass_reading(served: ServedStructure) -> float:
    return sum(1 for one in served.refs.team.values() if one.access.suspended == "mass-reading")


def _detail(found: health.Finding, name: str) -> float | None:
    return found.details.get(name)
