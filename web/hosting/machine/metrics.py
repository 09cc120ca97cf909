"""Measures of one process, by OpenTelemetry's names and rules, shown as Prometheus reads them.

The packages are those of the extra `metrics`. FastAPI measures the requests.
"""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fastapi.telemetry import TelemetryConfig

from pixflow import structure_folder
from web import security_events
from web.accounts import attempts
from web.hosting import health, mail
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import Settings

UNMEASURED: TelemetryConfig = {"tracing": False, "logs": False, "metrics": False, "auto_configure": False}
"""FastAPI's telemetry: no trace, which would have the address of a page, and nothing that the environment turns on."""


Value = float | None
Measure = Callable[[Host], Iterable[tuple[Value, dict[str, str]]]]
"""The values of a gauge and their labels. A value that is None is left out."""


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
        meter = self._provider.get_meter("pixflow")
        for name, (unit, measure) in GAUGES.items():
            meter.create_observable_gauge(name, [partial(self._observe, measure)], unit)
        meter.create_observable_counter("pixflow.security.events", [_events], "{event}")

    def telemetry(self) -> TelemetryConfig:
        """Returns the settings of FastAPI's telemetry: requests are measured here, and nothing is sent anywhere."""
        return {**UNMEASURED, "metrics": True, "meter_provider": self._provider}

    def text(self) -> bytes:
        """Returns the measures in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)

    def _observe(self, measure: Measure, _: Any) -> Iterable[Any]:
        from opentelemetry.metrics import Observation

        return [Observation(value, about) for value, about in measure(self._host) if value is not None]


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


def _of_each(value: Callable[[ServedStructure], Value]) -> Measure:
    return lambda host: [(value(served), {"structure": slug}) for slug, served in host.structures.items()]


def _of_folders(value: Callable[[Path], Value]) -> Measure:
    """Returns the measure of the folders of all structures, also of those that do not open."""
    return lambda host: [
        (value(host.data / slug), {"structure": slug}) for slug in sorted({*host.structures, *host.closed})
    ]


def _of_host(value: Callable[[Host], Value]) -> Measure:
    return lambda host: [(value(host), {})]


def _find_detail(served: ServedStructure, check: str, name: str) -> Value:
    return next((_detail(one, name) for one in served.findings if one.check == check), None)


def _backup_age(served: ServedStructure) -> Value:
    opened = served.opened
    data, now = opened.folder.parent, served.engine.clock()
    return _detail(health.run("backup", health.backup, data, opened.slug, now), "hours")


def _suspended(served: ServedStructure, why: str = "") -> float:
    """Counts the accounts that are suspended, those for one reason with `why`."""
    reasons: list[str | None] = [one.access.suspended for one in served.refs.team.values()]
    return reasons.count(why) if why else len([one for one in reasons if one])


def _of_letters(served: ServedStructure, name: str) -> Value:
    """Returns a number of the e-mails that wait, 0 when none does; None without a mail server, or when nobody knows."""
    settings = Settings()
    if not settings.smtp:
        return None
    found = health.run("letters", mail.letters, served.engine, served.reads, settings, demo=False)
    return None if "error" in found.details else found.details.get(name, 0)


def _doctor_alarms(folder: Path) -> Value:
    return len(known.alarms) if (known := health.last_result(folder)) else None


def _doctor_age(folder: Path) -> Value:
    known = health.last_result(folder)
    return (structure_folder.utc_now() - known.ended) // timedelta(hours=1) if known else None


def _detail(found: health.Finding, name: str) -> Value:
    return found.details.get(name)


GAUGES: dict[str, tuple[str, Measure]] = {
    "pixflow.tables.lag": ("{event}", _of_each(lambda served: _find_detail(served, "tables", "lag"))),
    "pixflow.tables.stopped": ("{stream}", _of_each(lambda served: _find_detail(served, "stopped", "streams"))),
    "pixflow.backup.age": ("h", _of_each(_backup_age)),
    "pixflow.accounts.suspended": ("{account}", _of_each(_suspended)),
    "pixflow.accounts.mass_reading": ("{account}", _of_each(lambda one: _suspended(one, "mass-reading"))),
    "pixflow.accounts.locked": (
        "{account}",
        _of_host(lambda host: attempts.locked(host.site.store) if host.site else None),
    ),
    "pixflow.structures.closed": ("{structure}", _of_host(lambda host: len(host.closed))),
    "pixflow.tick.age": ("s", _of_host(lambda host: time.monotonic() - host.ticked)),
    "pixflow.doctor.alarms": ("{alarm}", _of_folders(_doctor_alarms)),
    "pixflow.doctor.age": ("h", _of_folders(_doctor_age)),
    "pixflow.mail.waiting": ("{mail}", _of_each(lambda served: _of_letters(served, "waiting"))),
    "pixflow.mail.age": ("s", _of_each(lambda served: _of_letters(served, "span"))),
    "pixflow.disk.free": ("By", _of_host(lambda host: _detail(health.run("disk", health.disk, host.data), "free"))),
}
"""Gauges by name: their unit and their measure."""
