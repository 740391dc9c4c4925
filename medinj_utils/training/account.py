"""Energy, emissions and memory of a piece of work, as codecarbon and torch measure them."""

import logging
import time
from functools import cache

import torch

from medinj_utils.models.hardware import peak_memory

COUNTRY = "FRA"  # whose mix of electricity turns energy into emissions


@cache
def _tracker():
    """This process's codecarbon tracker, which uses no network and writes no files."""
    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)  # it logs before it reads log_level
    from codecarbon import OfflineEmissionsTracker
    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)
    tracker = OfflineEmissionsTracker(
        country_iso_code=COUNTRY, save_to_file=False, log_level="critical",
        tracking_mode="process", allow_multiple_runs=True)
    tracker.start()
    return tracker


class Account:
    """As a context: measures the energy and the memory of what runs in it.

    Args:
        processes: number of processes that share the work, this one included.

    Attributes:
        figures: ``energy_kwh``, ``emissions_kg`` (CO2 equivalent), ``power_known`` (how power was
            known) and ``peak_memory_gb`` (of this process, or of its GPU); set when it ends.
    """

    def __init__(self, processes: int = 1):
        self.figures: dict[str, float | str] = {}
        # It sees all GPUs of a machine, but only its own process's use of the processor.
        self._factor = 1 if torch.cuda.is_available() else processes
        self._energy_kwh = self._emissions_kg = 0.0

    def __enter__(self) -> "Account":
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        self._start()
        return self

    def power(self) -> float:
        """The mean power in kW, of all processes, since the last call or the beginning."""
        used, lasted = self._stop().energy_consumed, time.perf_counter() - self._began
        self._start()
        return self._factor * used / lasted * 3600

    def _start(self) -> None:
        self._began = time.perf_counter()
        _tracker().start_task(str(self._began))  # two tasks can't share a name

    def _stop(self):
        """codecarbon's figures since `_start`, which join the whole.

        Raises:
            RuntimeError: codecarbon measured nothing.
        """
        energy = _tracker().stop_task()
        if energy is None:  # it swallows its own errors
            raise RuntimeError(
                "codecarbon, which measures energy, did not start. To see why: python -c \"import "
                "codecarbon; codecarbon.OfflineEmissionsTracker("
                f"country_iso_code='{COUNTRY}', save_to_file=False)\"")
        self._energy_kwh += energy.energy_consumed
        self._emissions_kg += energy.emissions
        return energy

    def __exit__(self, *error) -> None:
        energy = self._stop()
        measured = any("intel" in str(getattr(part, "_mode", "")) for part in _tracker()._hardware)
        processor = "processor measured" if measured else "processor estimated from TDP"
        self.figures = {
            "energy_kwh": round(self._factor * self._energy_kwh, 7),
            "emissions_kg": round(self._factor * self._emissions_kg, 8),
            "power_known": f"GPU measured; {processor}" if energy.gpu_count else processor,
            "peak_memory_gb": round(peak_memory(), 3)}

    def scaled(self, share: float) -> dict[str, float | str]:
        """The figures of the whole work, of which only a share ran in this context.

        The energy of the rest was not measured; it is assumed to be in proportion.
        """
        whole = {name: round(self.figures[name] / share, 8)
                 for name in ("energy_kwh", "emissions_kg")}
        return self.figures | whole
