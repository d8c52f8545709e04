"""The checkout itself: light to import, whole when installed, pinned, and described."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from checkout import ROOT

import geoinv

MODULES = sorted([*(ROOT / "geoinv").glob("**/*.py"), *(ROOT / "operators").glob("**/*.py")])
HEAVY = [
    "cupy",
    "discretize",
    "ducc0",
    "matplotlib",
    "netCDF4",
    "numba",
    "pyvista",
    "rich",
    "scipy",
    "torch",
    "typer",
    "xarray",
]

TESTED_ELSEWHERE = {
    "the quick run in test_experiment.py of its experiment": """
        experiments/ablations/duathlon experiments/deblurring/figures experiments/deblurring/networks
        experiments/deblurring/samplers experiments/duathlon/samplers""",
    "nothing but names": "core/version",
}
"""Where modules without a test of their name are tested; to be shortened, not lengthened."""

LONGEST = 400
LONG: dict[str, str] = {}


def run_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Result of a new interpreter started in `folder`, which stands first on its path."""
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def test_importing_geoinv_loads_no_heavy_library():
    result = run_python(f"import sys, geoinv; print(sorted(set({HEAVY}) & set(sys.modules)))", ROOT)
    assert result.stdout.strip() == "[]", result.stderr


def test_an_operator_loads_what_it_needs_when_it_is_named():
    code = f"import sys, geoinv.operators; print(sorted(set({HEAVY}) & set(sys.modules)))"
    assert run_python(code, ROOT).stdout.strip() == "[]"
    result = run_python(code.replace("; print", "; geoinv.operators.Magnetics; print"), ROOT)
    assert result.stdout.strip() == "['ducc0', 'numba', 'scipy']", result.stderr


def test_every_operator_that_is_offered_resolves():
    assert set(geoinv.operators.__all__) <= set(dir(geoinv.operators))
    assert all(getattr(geoinv.operators, name).__name__ == name for name in geoinv.operators.__all__)


def test_operators_resolve_after_importing_geoinv_only():
    result = run_python("import geoinv; print(geoinv.operators.__name__, geoinv.operators.Magnetics.__name__)", ROOT)
    assert result.stdout.split() == ["geoinv.operators", "Magnetics"], result.stderr


def test_operators_under_another_name_say_how_to_import_them():
    result = run_python("import operators", ROOT)
    assert result.returncode != 0
    assert re.search(r"ImportError: .*import it as geoinv\.operators", result.stderr), result.stderr


def test_a_user_file_called_operators_does_not_shadow_the_package(tmp_path):
    (tmp_path / "operators.py").write_text("mine = True\n")
    code = "import sys, operators, geoinv.operators as ours; print(operators.mine, ours.__name__)"
    environment = f"sys.path.append({os.fspath(ROOT)!r})"
    result = run_python(f"import sys; {environment}; {code}", tmp_path)
    assert result.stdout.split() == ["True", "geoinv.operators"], result.stderr


def test_operators_is_linked_into_the_package_by_a_relative_link():
    assert os.readlink(ROOT / "geoinv" / "operators") == "../operators"


def test_every_package_on_disk_is_installed():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    on_disk = {path.parent.relative_to(ROOT).as_posix() for path in MODULES if path.name == "__init__.py"}
    packages = {name.replace("/", ".").replace("operators", "geoinv.operators") for name in on_disk}
    assert set(config["options"]["packages"].split()) == packages


def test_the_version_stands_in_one_place():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in settings["project"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "geoinv.core.version.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", geoinv.__version__)


def test_what_make_installs_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    requirements = [
        *project["dependencies"],
        *(line for name in ("learn", "view", "test", "bench") for line in extras[name]),
    ]
    wanted = {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in requirements}
    pins = re.findall(r"^([\w.-]+)==\S+$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert wanted <= {name.lower() for name in pins}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is_and_what_it_offers(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert "__all__" in names or path.stem.startswith("_"), f"{path.name} needs __all__"


def module_name(path: Path) -> str:
    """Path of a module without its suffix, from the package's folder on."""
    return path.relative_to(ROOT).with_suffix("").as_posix().removeprefix("geoinv/")


def test_a_module_is_tested_by_a_file_of_its_name():
    elsewhere = {name for names in TESTED_ELSEWHERE.values() for name in names.split()}
    names = {module_name(path) for path in MODULES if not path.stem.startswith("__")}
    alone = set()
    for name in names:
        folder, _, stem = name.rpartition("/")
        if not (ROOT / "tests" / folder / f"test_{stem.lstrip('_')}.py").is_file():
            alone.add(name)
    assert alone - elsewhere == set(), "give each a test in the folder of its name"
    assert elsewhere - alone == set(), "these have a test of their own now, or are gone: take them off the list"


@pytest.mark.parametrize("folder", ["geoinv", "operators", "tests", "benchmarks"])
def test_files_are_short_enough_to_be_read_whole(folder):
    paths = [path for path in (ROOT / folder).rglob("*.py") if "geoinv/operators" not in path.as_posix()]
    lines = {path.relative_to(ROOT).as_posix(): path.read_text().count("\n") for path in paths}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_tests_stand_where_a_module_or_a_package_of_their_folder_stands():
    folders = {path.parent.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    packages = {Path(module_name(path)).parent.as_posix() for path in MODULES} | {"benchmarks", "docs", "."}
    assert folders <= packages
