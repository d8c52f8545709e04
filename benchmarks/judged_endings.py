"""What is judged of a run that ended badly: the exit code, the sentence, the files that are left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Done", "Ending", "content", "emptied", "judged", "left_well", "opens", "said_well"]


@dataclass(frozen=True)
class Ending:
    """How a command ended.

    Attributes
    ----------
    what : str
        The disturbance and the command.
    seed : int
        Repeats it, up to the moment at which the system delivers a signal.
    outcome : str
        "right", "refused" or "failed".
    detail : str
        The sentence, or what is wrong.
    """

    what: str
    seed: int
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Done:
    """A process that has ended: its code as a shell has it not, negative for a signal; and what it said."""

    code: int
    told: str
    errors: str
    seconds: float


def judged(what: str, seed: int, verdict: str | bool, done: Done) -> Ending:
    """Ending of a run: failed with a verdict, else right or refused by its exit code."""
    if verdict:
        return Ending(what, seed, "failed", f"{verdict}; {done.errors.strip()}")
    return Ending(what, seed, "right" if done.code == 0 else "refused", done.errors.strip())


def said_well(done: Done) -> str:
    """What is wrong with the exit code and the words; empty where nothing is."""
    lines = [line for line in done.errors.splitlines() if not line.startswith("geoinv: warning: ")]
    if done.code not in (0, 1):
        return f"ended with {done.code}"
    if any(not line.startswith("geoinv: ") for line in lines) or len(lines) != done.code:
        return f"said {len(lines)} lines for exit code {done.code}"
    return "an error that was not foreseen" if "did not foresee" in done.errors else ""


def left_well(
    folder: Path, done: Done, before: dict[str, str], expected: dict[str, str] | None, interrupted: bool = False
) -> str:
    """What is wrong with the files that are left; empty where nothing is."""
    after = content(folder / "out")
    if any(name.endswith(".partial") for name in after):
        return "a partial file stays"
    if done.code == 0 and expected is not None and after != expected:
        return "the result is another than that of an undisturbed run"
    result = folder / "out" / "result.nc"
    if after == before or not result.exists():
        return "" if done.code or not before else "nothing was written"
    if done.code and not interrupted:
        return "refused, but the output is another"
    return "" if opens(result) else "no whole file is there"


def emptied(folder: Path, old: bool) -> None:
    """Empty folder for the output, or one with an old file that is to be replaced."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    if old:
        (folder / "out" / "result.nc").write_bytes(b"old")


def content(folder: Path) -> dict[str, str]:
    """Files of a folder, and what decides in them: not when and by which command they were made."""
    return {path.name: _essence(path) for path in sorted(folder.glob("*"))} if folder.is_dir() else {}


def _essence(path: Path) -> str:
    if path.name == "record.json" or path.suffix == ".partial":  # holds seconds
        return ""
    if path.name == "checkpoint.safetensors":
        from safetensors.numpy import load_file

        return str(sorted((name, values.tobytes()) for name, values in load_file(path).items()))
    if path.suffix == ".nc" and opens(path):
        import xarray as xr

        with xr.open_dataset(path) as data:
            names = sorted(set(map(str, data.data_vars)) - {"history_seconds"})
            return str([(name, data[name].to_numpy().tobytes()) for name in names])
    return str(path.read_bytes())


def opens(path: Path) -> bool:
    """Whether a result is a whole netCDF file."""
    import xarray as xr

    try:
        with xr.open_dataset(path) as data:
            data.load()
    except Exception:
        return False
    return True
