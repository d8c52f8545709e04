"""What comes out is right, or refused with a sentence: random geometries, spoilt files and runs that end badly.

Every trial is a function of its seed. Seeds are tried in blocks, each in a process of its own, so that one that hangs,
dies or takes all memory is a failure like others; parts take turns until the time is up. Finished blocks are kept in
``results/benchmarks/campaign/blocks.json``, and ``--resume`` goes on behind them::

    python benchmarks/campaign.py --minutes 30 --seed 0
    python benchmarks/campaign.py --minutes 30 --seed 0 --resume

One failure again: ``list(campaign.PARTS["files"].trials(17))`` in the folder of this file.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from record import ROOT, Benchmark

from geoinv import InputError
from geoinv.formats.atomic import whole_file

__all__ = ["PARTS", "Part", "block_of", "main"]

OUTCOMES = ("right", "refused", "failed")
Trials = Callable[[int], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Part:
    """One kind of trial.

    Attributes
    ----------
    title : str
        What is tried.
    trials : callable
        Takes a seed, and yields what was tried and "right", "refused", or what is wrong.
    block : int
        Seeds that are tried together.
    patience : float
        Seconds for one trial, after which it hangs.
    memory : int or None
        Bytes of address space for the process, so that one trial cannot take the machine's.
    """

    title: str
    trials: Trials
    block: int
    patience: float
    memory: int | None = None


def geometries(seed: int) -> Iterator[tuple[str, str]]:
    """Every engine and precision on two geometries."""
    from geometry_promises import geometry_trials

    return geometry_trials(seed)


def files(seed: int) -> Iterator[tuple[str, str]]:
    """One spoilt file of every format, read in every way."""
    import mutated_learning_files
    import mutated_surveys

    for module in (mutated_surveys, mutated_learning_files):
        for name in module.ORIGINALS:
            with tempfile.TemporaryDirectory(prefix="geoinv-campaign-") as folder:
                path = Path(folder, name)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of xarray, about files that it is made to write
                    path.write_bytes(module.spoilt(name, seed))
                yield name, module.outcome(path)


def endings(seed: int, scenarios: tuple[str, ...] | None = None) -> Iterator[tuple[str, str]]:
    """One run of every scenario: kills, full disks, lost folders, closed streams, cut caches."""
    import endings

    for name, ending in endings.endings([seed], scenarios or tuple(endings.SCENARIOS)):
        yield name, f"{ending.what}: {ending.detail}" if ending.outcome == "failed" else ending.outcome


PARTS = {
    "geometries": Part("random geometries", geometries, 4, 300.0),
    "files": Part("spoilt files", files, 20, 60.0, memory=6_000_000_000),
    "endings": Part("runs that end badly", endings, 2, 900.0),
}
QUICK = {
    "geometries": replace(PARTS["geometries"], block=1),
    "files": replace(PARTS["files"], block=2),
    "endings": replace(PARTS["endings"], trials=partial(endings, scenarios=("full_disk", "closed_streams")), block=1),
}
"""Parts of a smoke test, which tries one block of each."""


def block_of(part: Part, seeds: list[int]) -> dict[str, Any]:
    """Try some seeds of a part in a process of its own.

    Returns
    -------
    dict
        ``seeds``; ``counts``, by what was tried: how many were right, refused and failed; ``failures``, each with its
        seed, what was tried, and what is wrong; ``seconds``.
    """
    began = time.monotonic()
    counts: dict[str, list[int]] = {}
    failures: list[list[Any]] = []
    left = list(seeds)
    while left:
        at = left[0]
        for seed, what, found in _tried(part, left):
            outcome, at = found if found in OUTCOMES else "failed", seed
            counts.setdefault(what, [0, 0, 0])[OUTCOMES.index(outcome)] += 1
            if outcome == "failed":
                failures.append([seed, what, found[:1000]])
                print(f"  {part.title}, seed {seed}, {what}: {found[:300]}", flush=True)
        # behind a seed that has ended its process
        left = [seed for seed in left if seed > at]
    seconds = round(time.monotonic() - began, 1)
    return {"seeds": seeds, "counts": counts, "failures": failures, "seconds": seconds}


def _tried(part: Part, seeds: list[int]) -> Iterator[tuple[int, str, str]]:
    """Outcomes as another process finds them, the last of which may be that it has hung or died."""
    spawn, at = multiprocessing.get_context("spawn"), seeds[0]
    reader, writer = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(part, seeds, writer), daemon=True)
    process.start()
    writer.close()
    try:
        while ready := wait([reader, process.sentinel], part.patience):
            if reader not in ready:
                break
            try:
                at, what, found = reader.recv()
            except EOFError:
                break
            if what:
                yield at, what, found
        else:
            yield at, "process", f"hangs for {part.patience:g} s"
            return
        process.join()
        if process.exitcode:
            yield at, "process", f"ended with {process.exitcode}"
    finally:
        process.kill()
        process.join()
        reader.close()


def _work(part: Part, seeds: list[int], writer: Connection) -> None:
    if part.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (part.memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with suppress(KeyboardInterrupt):
        for seed in seeds:
            writer.send((seed, "", ""))
            for what, found in part.trials(seed):
                writer.send((seed, what, found))


def fingerprint() -> str:
    """Hash of all the code that a block depends on."""
    code = hashlib.sha256()
    for folder in ("geoinv", "operators", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".cu", ".cuh"):
                code.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return code.hexdigest()


def _finished(path: Path, of: str) -> dict[str, dict[str, Any]]:
    """Blocks that were finished before, with the same code."""
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        blocks, made_by = kept["blocks"], kept["fingerprint"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} expects the blocks of a campaign, got {error!r}; leave --resume out") from None
    if made_by != of:
        raise InputError(f"{path} expects blocks of this code, got those of another version; leave --resume out")
    return dict(blocks)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, help="first seed of every part")
    parser.add_argument("--minutes", type=float, default=10.0, help="no block begins later (10)")
    parser.add_argument("--resume", action="store_true", help="skip the blocks that are finished")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try blocks until the time is up; returns how many aims were missed."""
    bench = Benchmark("Is what comes out right, or refused with a sentence?", arguments, _options)
    bench.command = ["python", "benchmarks/campaign.py"]
    given = bench.options
    if given.seed < 0:
        raise InputError(f"campaign expects --seed of 0 or more, got {given.seed}; give a whole number")
    path = None if bench.quick or bench.path is None else bench.path.with_suffix("") / "blocks.json"
    of = fingerprint()
    blocks = _finished(path, of) if given.resume and path is not None else {}
    until = time.monotonic() + 60.0 * given.minutes
    turns = iter(QUICK) if bench.quick else _turns(blocks, until)
    # the processes that end badly are forked, which threads do not survive
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        for name in turns:
            part = (QUICK if bench.quick else PARTS)[name]
            blocks.update(_next_block(name, part, given.seed, blocks))
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with whole_file(path) as temporary:
                    temporary.write_text(json.dumps({"fingerprint": of, "blocks": blocks}) + "\n", encoding="utf-8")
    except KeyboardInterrupt:
        print("interrupted: the finished blocks count", flush=True)
    _report(bench, blocks)
    bench.details["fingerprint"] = of
    return bench.finish()


def _next_block(name: str, part: Part, seed: int, blocks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """First block from a seed that is not finished, by its key."""
    for first in itertools.count(seed, part.block):
        key = f"{name} {first}-{first + part.block - 1}"
        if key not in blocks:
            break
    return {key: block_of(part, list(range(first, first + part.block)))}


def _turns(blocks: dict[str, dict[str, Any]], until: float) -> Iterator[str]:
    """Part that has had the least time, until the time is up."""
    while time.monotonic() < until:
        yield min(PARTS, key=lambda name: sum(block["seconds"] for key, block in blocks.items() if _of(name, key)))


def _of(name: str, key: str) -> bool:
    return key.partition(" ")[0] == name


def _report(bench: Benchmark, blocks: dict[str, dict[str, Any]]) -> None:
    failures: list[list[Any]] = []
    for name, part in PARTS.items():
        mine = [block for key, block in blocks.items() if _of(name, key)]
        if not mine:
            bench.leave_out(f"{part.title}: failed", "no block of them was finished")
            continue
        counts: dict[str, list[int]] = {}
        for block in mine:
            for what, found in block["counts"].items():
                counts[what] = [sum(pair) for pair in zip(counts.get(what, [0, 0, 0]), found, strict=True)]
            failures += [[name, *failure] for failure in block["failures"]]
        right, refused, failed = (sum(column) for column in zip(*counts.values(), strict=True))
        seeds = [seed for block in mine for seed in block["seeds"]]
        note = (
            f"{right + refused + failed} tried: {right} right, {refused} refused; {len(seeds)} seeds from {min(seeds)}"
        )
        bench.at_most(f"{part.title}: failed", failed, 0, note=note)
        bench.at_least(f"{part.title}: right", right, 1)
        rows = [[what, sum(found), *found] for what, found in counts.items()]
        bench.table(f"Of {part.title}", ("what", "tried", *OUTCOMES), rows)
    if failures:
        bench.table("What failed", ("part", "seed", "what", "how"), failures[:50])
    bench.details["failures"] = failures


if __name__ == "__main__":
    sys.exit(main() > 0)
