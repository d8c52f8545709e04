"""Runs that end badly: kills at random moments, full disks, lost folders, closed outputs, broken caches.

Each scenario is a function of a seed. It runs a command in a process of its own, disturbs it, and judges what
is left: the exit code, the sentence, the files. Run it as ``python benchmarks/endings.py --seeds 20``.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from judged_endings import Done, Ending, content, emptied, judged, left_well, opens, said_well
from small_training import made_training

__all__ = ["SCENARIOS", "Ending", "endings", "made_inputs", "run"]

MOST_KILLS = 8
"""Of one inversion that is resumed."""

PATIENCE = 300.0
"""Seconds after which a command counts as hanging."""

INVERT = ("invert", "obs.mag", "--mesh", "mesh.msh", "--target", "0.001", "--out", "out/result.nc")
FORWARD = ("forward", "--mesh", "mesh.msh", "--model", "model.sus", "--survey", "obs.mag", "--out", "out/result.nc")
CONVERT = ("convert", "obs.mag", "out/result.nc")
TRAIN = ("train", "run.toml", "--resume", "--out", "out")
COMMANDS = {"invert": INVERT, "forward": FORWARD, "convert": CONVERT, "train": TRAIN}


def made_inputs(folder: Path) -> None:
    """Write a survey of 60 stations over 180 cells with a block, and models to train with."""
    import geoinv
    from geoinv.formats import write_mesh, write_model, write_survey

    random = np.random.default_rng(4)
    grid = geoinv.Grid.regular(shape=(5, 6, 6), spacing=(20.0, 20.0, 20.0), origin=(-100.0, 2000.0, 1000.0))
    model = np.zeros(grid.shape)
    model[2:4, 2:4, 3:5] = 0.05
    stations = (1000.0 + 120.0 * random.random(60), 2000.0 + 120.0 * random.random(60), 15.0 + random.random(60))
    survey = geoinv.Survey(*stations, field=geoinv.MainField(65.0, 25.0, 50000.0))
    clean = geoinv.operators.Magnetics(grid, survey)(model)
    write_survey(folder / "obs.mag", survey.with_data(clean + random.standard_normal(clean.shape), 1.0))
    write_mesh(folder / "mesh.msh", grid)
    write_model(folder / "model.sus", grid, model)
    made_training(folder, epochs=6)


def run(
    folder: Path,
    arguments: tuple[str, ...],
    prepare: Callable[[], None] | None = None,
    disturb: Callable[[int], None] | None = None,
) -> Done:
    """Run a command of geoinv in a forked process, which spares the time to import it.

    Parameters
    ----------
    folder : Path
        Working folder; what is said goes to files in its parent.
    arguments : tuple of str
        Of the command line.
    prepare : callable, optional
        Called in the new process before the command.
    disturb : callable, optional
        Called with the number of the process while it runs.
    """
    from geoinv.cli import main

    said, errors = folder.with_name(f"{folder.name}.said"), folder.with_name(f"{folder.name}.errors")
    began = time.monotonic()
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        code = 70
        try:
            os.chdir(folder)
            os.environ["XDG_STATE_HOME"] = str(folder.with_name(f"{folder.name}.state"))
            for path, number in ((said, 1), (errors, 2)):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            if prepare is not None:
                prepare()
            code = main(arguments)
        except BaseException:
            with suppress(BaseException):
                traceback.print_exc()
        finally:
            os._exit(code)
    if disturb is not None:
        disturb(process)
    status = _waited(process, began)
    return Done(
        os.waitstatus_to_exitcode(status),
        said.read_text(encoding="utf-8", errors="replace"),
        errors.read_text(encoding="utf-8", errors="replace"),
        time.monotonic() - began,
    )


def _waited(process: int, began: float) -> int:
    while time.monotonic() - began < PATIENCE:
        number, status = os.waitpid(process, os.WNOHANG)
        if number:
            return status
        time.sleep(0.005)
    os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


def killed(seed: int, folder: Path) -> Ending:
    """Signals at a random moment of a random command, whose output stood there before or not."""
    random = np.random.default_rng((seed, 1))
    name = str(random.choice(list(COMMANDS)))
    number = signal.Signals(int(random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])))
    moment, again = random.random(), (random.random(3) * 0.5)[: random.integers(4)]
    what = f"{number.name} at {moment:.0%} of {name}" + f", {len(again)} more" * bool(len(again))
    prepare = _checkpoints_at_once if name == "train" else None
    whole = run(folder, COMMANDS[name], prepare)
    if whole.code:
        return Ending(what, seed, "failed", f"undisturbed it ended with {whole.code}: {whole.errors}")
    expected = content(folder / "out")
    emptied(folder, old=name != "train" and bool(random.integers(2)))
    before = content(folder / "out")

    def disturb(process: int) -> None:
        time.sleep(moment * whole.seconds)
        with suppress(ProcessLookupError):
            os.kill(process, number)
            for pause in again:
                time.sleep(pause)
                os.kill(process, signal.SIGINT if number is signal.SIGKILL else number)

    done = run(folder, COMMANDS[name], prepare, disturb)
    # before the command handles signals, and after it, the system ends the process: with everything or nothing
    if done.code < 0:
        verdict = (
            "" if number is signal.SIGKILL or content(folder / "out") in (before, expected) else "died by a signal"
        )
    else:
        verdict = said_well(done) or left_well(folder, done, before, expected, interrupted=True)
    if not verdict and name == "train":
        again_done = run(folder, TRAIN, prepare)
        if again_done.code or content(folder / "out") != expected:
            verdict = f"the resumed training ended otherwise ({again_done.code}): {again_done.errors}"
    return judged(what, seed, verdict, done)


def killed_and_resumed(seed: int, folder: Path) -> Ending:
    """Signals at random moments of an inversion with an ensemble, which is resumed until it ends by itself."""
    random = np.random.default_rng((seed, 6))
    kind = str(random.choice(["smooth", "compact", "total-variation", "sparse"]))
    command = (*INVERT[:4], "--regularizer", kind, "--ensemble", "3", *INVERT[6:])
    kept = folder / "out" / "result.nc.checkpoint"
    for _ in range(2):  # the second is as fast as those to come
        emptied(folder, old=False)
        whole = run(folder, command)
    if whole.code:
        return Ending(kind, seed, "failed", f"undisturbed it ended with {whole.code}: {whole.errors}")
    expected, results, kills, verdict = _whole_files(folder), 0, 0, ""
    emptied(folder, old=False)

    def disturb(process: int) -> None:
        time.sleep(whole.seconds * random.uniform(0.0, 0.8))
        with suppress(ProcessLookupError):
            number = signal.SIGKILL if random.random() < 0.7 else signal.SIGTERM
            os.kill(process, number)

    done = whole
    while not verdict and kills < MOST_KILLS:
        done = run(folder, (*command, "--resume"), disturb=disturb)
        if done.code == 0:
            break
        kills += 1
        before, results = results, _results(kept)
        if results < before:
            verdict = f"{before - results} results were lost by kill {kills}"
        elif done.code > 0 and (said := said_well(done)):
            verdict = f"kill {kills}: {said}"
    if not verdict and done.code:
        done = run(folder, (*command, "--resume"))
    if not verdict and (done.code or _whole_files(folder) != expected):
        verdict = f"after {kills} kills it ended otherwise ({done.code}): {done.errors}"
    return judged(f"{kills} kills of a {kind} inversion, resumed", seed, verdict, done)


def _whole_files(folder: Path) -> dict[str, str]:
    """Files of the output, but for what a killed writer has left and a later one removes."""
    return {name: essence for name, essence in content(folder / "out").items() if not name.endswith(".partial")}


def _results(path: Path) -> int:
    """Whole results in a checkpoint."""
    from geoinv.formats.record_log import RecordLog

    if not path.exists():
        return 0
    with RecordLog(path) as log:
        return len(log)


def full_disk(seed: int, folder: Path) -> Ending:
    """A limit on the size of files, from nothing to more than the output needs, which acts as a full disk."""
    random = np.random.default_rng((seed, 2))
    name = str(random.choice(["invert", "forward", "convert"]))
    limit = int(10.0 ** random.uniform(0.0, 5.0))
    what = f"room for files of {limit} bytes in {name}"
    emptied(folder, old=bool(random.integers(2)))
    before = content(folder / "out")

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = run(folder, COMMANDS[name], prepare)
    # the sentence itself may not fit into the file that takes it here
    verdict = (limit > 2000 and said_well(done)) or left_well(folder, done, before, None)
    return judged(what, seed, verdict, done)


def lost_folder(seed: int, folder: Path) -> Ending:
    """The folder of the output is removed, or replaced by a file, at a random moment."""
    random = np.random.default_rng((seed, 3))
    name = str(random.choice(["invert", "forward"]))
    moment, by_file = random.random(), bool(random.integers(2))
    what = f"folder {'replaced' if by_file else 'removed'} at {moment:.0%} of {name}"
    emptied(folder, old=False)
    seconds = run(folder, COMMANDS[name]).seconds
    emptied(folder, old=False)

    def disturb(process: int) -> None:
        time.sleep(moment * seconds)
        shutil.rmtree(folder / "out", ignore_errors=True)
        if by_file:
            with suppress(OSError):
                (folder / "out").write_bytes(b"")

    done = run(folder, COMMANDS[name], disturb=disturb)
    verdict = said_well(done)
    kept = folder / "result.nc"
    if not verdict and done.code == 1 and "the result stands in" in done.errors:
        verdict = "" if opens(kept) else f"{kept} is no whole file"
    elif not verdict and done.code == 1 and "expects an existing folder" not in done.errors:
        verdict = "refused for another reason"
    kept.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / "out").unlink()
    return judged(what, seed, verdict, done)


def closed_streams(seed: int, folder: Path) -> Ending:
    """Some of input, output and error are closed, full, or a pipe whose reader has gone."""
    random = np.random.default_rng((seed, 4))
    name = str(random.choice(["forward", "convert"]))
    states = random.choice(["open", "closed", "full", "gone"], 3)
    what = f"input, output and error {', '.join(states)} in {name}"
    emptied(folder, old=False)

    def prepare() -> None:
        for number, state in enumerate(states):
            if state == "closed":
                os.close(number)
            elif state == "full":
                os.dup2(os.open("/dev/full", os.O_RDWR), number)
            elif state == "gone":
                reader, writer = os.pipe()
                os.dup2(writer, number)
                os.close(reader)
                os.close(writer)
        sys.stdout, sys.stderr = (
            None if states[number] == "closed" else open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            for number in (1, 2)
        )

    done = run(folder, COMMANDS[name], prepare)
    lost = states[1] in ("full", "gone")
    verdict = "" if done.code == int(lost) else f"ended with {done.code}"
    verdict = verdict or ("" if opens(folder / "out" / "result.nc") else "no whole file is there")
    return judged(what, seed, verdict, done)


def broken_cache(seed: int, folder: Path) -> Ending:
    """Files of the cache of compiled kernels are cut at random lengths."""
    import numba

    random = np.random.default_rng((seed, 5))
    cache = folder.with_name(f"{folder.name}.cache")
    what = "kernel cache cut at random"

    def prepare() -> None:
        numba.config.CACHE_DIR = str(cache)
        from geoinv.operators import _kernel_cache

        # kernels that were declared before have their caches elsewhere
        for module in [m for n, m in sys.modules.items() if n.startswith("geoinv.operators")]:
            for kernel in vars(module).values():
                if isinstance(getattr(kernel, "_cache", None), _kernel_cache.KernelCache):
                    kernel._cache = _kernel_cache.KernelCache(kernel.py_func)

    command = (*FORWARD, "--engine", "direct")
    emptied(folder, old=False)
    whole = run(folder, command, prepare)
    expected = content(folder / "out")
    for path in sorted(cache.rglob("*.nb?")):
        if random.integers(2):
            os.truncate(path, int(random.integers(path.stat().st_size)))
    emptied(folder, old=False)
    done = run(folder, command, prepare)
    verdict = said_well(done) or ("" if done.code == whole.code == 0 else f"ended with {whole.code} and {done.code}")
    verdict = verdict or ("" if content(folder / "out") == expected else "the result is another")
    shutil.rmtree(cache, ignore_errors=True)
    return judged(what, seed, verdict, done)


def _checkpoints_at_once() -> None:
    """Write a checkpoint after every epoch, not every half minute."""
    from geoinv.learned.training import train as training

    training.fit = functools.partial(training.fit, checkpoint_seconds=0.0)


SCENARIOS: dict[str, Callable[[int, Path], Ending]] = {
    scenario.__name__: scenario
    for scenario in (killed, killed_and_resumed, full_disk, lost_folder, closed_streams, broken_cache)
}
"""Each takes a seed and a folder of :func:`made_inputs`."""


def endings(seeds: Iterable[int], scenarios: Iterable[str] = tuple(SCENARIOS)) -> Iterator[tuple[str, Ending]]:
    """Run scenarios with some seeds, in a process without threads: name and outcome of each."""
    # imported once, but no threads before the first fork: they do not survive it
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with suppress(ImportError):
        import torch  # noqa: F401
    with tempfile.TemporaryDirectory(prefix="geoinv-endings-") as place:
        folder = Path(place) / "work"
        folder.mkdir()
        made_inputs(folder)
        for seed, name in itertools.product(seeds, scenarios):
            emptied(folder, old=False)
            yield name, SCENARIOS[name](seed, folder)


def main() -> int:
    """Run scenarios with some seeds; returns how many failed, at most 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="how many of each scenario")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the first of them")
    parser.add_argument("--only", choices=SCENARIOS, help="one scenario")
    given = parser.parse_args()
    counts = dict.fromkeys(("right", "refused", "failed"), 0)
    scenarios = [given.only] if given.only else list(SCENARIOS)
    for name, ending in endings(range(given.first, given.first + given.seeds), scenarios):
        counts[ending.outcome] += 1
        print(f"{ending.outcome:<8} {name} {ending.seed}: {ending.what}; {ending.detail}", flush=True)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return int(counts["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
