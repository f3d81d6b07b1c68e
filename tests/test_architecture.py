"""The house stays as it was drawn: directions, pure layers, no medicine in the machinery."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cds_service.strict_yaml import read_strictly

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cds_service"
MODULES = sorted(PACKAGE.rglob("*.py"))

CLINICAL_FILES = {
    "findings/*.yaml": "id",
    "value-sets/*.yaml": "id",
    "cord-compression/rules.yaml": "id",
    "cord-compression/cards.yaml": "id",
    "cord-compression/suppressions.yaml": "id",
    "cord-compression/suggestions.yaml": "kind",
}


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def test_imports_keep_to_the_laws() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def _ids(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get(key), str):
            yield node[key]
        for value in node.values():
            yield from _ids(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from _ids(item, key)


@cache
def clinical_ids() -> frozenset[str]:
    """Return the ids of findings, value sets, rules, groups, cards, suggestions and suppressions."""
    files = [(f, key) for pattern, key in CLINICAL_FILES.items() for f in (ROOT / "cards").glob(pattern)]
    return frozenset(
        found for file, key in files for found in _ids(read_strictly(file.read_text("utf-8")), key)
    )


def test_the_clinical_ids_are_found_where_they_are_looked_for() -> None:
    assert {"umn.hoffmann", "cord-urgent", "cervical-mri"} <= clinical_ids()
    assert len(clinical_ids()) > 100


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_machinery_knows_no_medicine(module: Path) -> None:
    texts = {
        node.value
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert texts & clinical_ids() == set()


WORDS = re.compile(
    r"myelopath|hoffmann|babinski|clonus|cauda|lumbar|cervical|spinal|hyperreflex|saddle|sciatica|\bcord\b",
    re.I,
)


def _said(module: Path) -> str:
    """Return the identifiers and strings of *module* but its docstrings, whose examples may be medical."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree(module)) if isinstance(node, ast.Expr)}
    words = []
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | bare:
            words.append(node.value)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            words.append(node.name)
        elif isinstance(node, ast.Name):
            words.append(node.id)
    return "\n".join(words)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_machinery_speaks_no_clinical_words(module: Path) -> None:
    assert WORDS.findall(_said(module)) == []


def test_a_clinical_word_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "x.py"
    module.write_text('"""Doc about the lumbar spine."""\nname = "lumbar"\n')
    assert WORDS.findall(_said(module)) == ["lumbar"]


def _broad(module: Path) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]


def test_nothing_swallows_every_exception() -> None:
    """The one broad handler is the last row of web.problems, which Flask is given by name."""
    assert {str(module.relative_to(PACKAGE)): _broad(module) for module in MODULES if _broad(module)} == {}
    registered = [module for module in MODULES if "register_error_handler(Exception" in module.read_text()]
    assert [module.name for module in registered] == ["problems.py"]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_in_one_sentence_what_it_is_for(module: Path) -> None:
    doc = ast.get_docstring(tree(module))
    assert doc
    assert doc.splitlines()[0].rstrip().endswith((".", ";", ":")), doc


IMPURE_CALLS = re.compile(r"\b(?:datetime\.now|datetime\.today|date\.today|time\.time|random\.|uuid4)\b")
PURE = ("guidance.py", "consult.py", "gathering.py", "chart", "criteria", "evidence", "hooks", "wording")


@pytest.mark.parametrize("module", [m for m in MODULES if m.relative_to(PACKAGE).parts[0] in PURE], ids=str)
def test_no_pure_module_looks_at_a_clock_or_throws_dice(module: Path) -> None:
    assert IMPURE_CALLS.findall(module.read_text(encoding="utf-8")) == []
