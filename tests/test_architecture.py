"""What reviewers would otherwise argue about, and import contracts cannot say: sizes, words, dead declarations."""

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "gatepost"
FILES = sorted(SOURCE.rglob("*.py"))
LINES_IN_FILE = 300
LINES_IN_FUNCTION = 40
FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
PRODUCT = "gatepost"
NEEDS_A_TASK = {"timeout", "timeout_at", "current_task", "wait_for"}
STEPPED_OUTSIDE_TASKS = ("gateway", "engine", "checks")
SUPPRESSIONS = re.compile(r"#\s*(type:\s*ignore|noqa)(?P<rest>.*)")
POSSESSIVE = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+")
REASONED = re.compile(r"^(\[[\w, -]+\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)\W+\w")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def nodes(*kinds: type[ast.AST], under: Path = SOURCE) -> Iterator[tuple[Path, ast.AST]]:
    for path in FILES:
        if path.is_relative_to(under):
            yield from ((path, node) for node in ast.walk(tree(path)) if isinstance(node, kinds))


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def place(path: Path, node: ast.AST) -> str:
    return f"{name(path)}:{getattr(node, 'lineno', 0)}"


def test_a_module_opens_with_the_question_it_answers():
    assert not [name(path) for path in FILES if not ast.get_docstring(tree(path))]


def test_a_file_is_short():
    lengths = {name(path): len(path.read_text().splitlines()) for path in FILES}
    assert not {path: length for path, length in lengths.items() if length > LINES_IN_FILE}


def test_functions_are_short():
    found = nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    lengths = {f"{place(path, function)} {function.name}": size(function) for path, function in found}
    assert not {function: length for function, length in lengths.items() if length > LINES_IN_FUNCTION}


def size(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def test_a_path_names_a_thing_and_not_a_drawer():
    words = {path: set(re.split(r"[_/]", name(path).removesuffix(".py"))) for path in FILES}
    assert not [name(path) for path in FILES if words[path] & FORBIDDEN_WORDS]


def test_types_are_imported_for_real():
    hidden = [name(path) for path in FILES if "TYPE_CHECKING" in path.read_text()]
    assert not hidden, "a forbidden dependency could hide in such a block"


def test_what_is_suppressed_has_a_code_and_a_reason():
    found = [(path, match) for path in FILES for match in SUPPRESSIONS.finditer(path.read_text())]
    assert not [f"{name(path)}: {match[0]}" for path, match in found if not REASONED.match(match["rest"])]


def test_no_group_in_a_pattern_is_possessive():
    """Python before 3.11.5 goes on in the wrong place after one (gh-106052); `(?>(?:…)*)` is right everywhere."""
    texts = ((path, node) for path, node in nodes(ast.Constant) if isinstance(node.value, str | bytes))
    found = [
        place(path, text) for path, text in texts if is_pattern(text.value) and POSSESSIVE.search(as_text(text.value))
    ]
    assert not found


def is_pattern(value: str | bytes) -> bool:
    """Anything that compiles and has a group: prose rarely does both and then says `)*+`."""
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # prose with brackets
        try:
            return re.compile(value).groups > 0
        except re.error:
            return False


def as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def test_a_package_file_holds_a_docstring_only():
    packages = [path for path in FILES if path.name == "__init__.py"]
    assert not [name(path) for path in packages if len(tree(path).body) != 1], "one import path per name: no re-exports"


def declared(constructor: str) -> Iterator[tuple[Path, str]]:
    """Module-level `NAME = Constructor(…)`."""
    for path in FILES:
        for node in tree(path).body:
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=ast.Name(called))) if (
                    called == constructor
                ):
                    yield path, name


@cache
def uses() -> dict[str, int]:
    counts: dict[str, int] = {}
    for _, node in nodes(ast.Name, ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            used = node.id if isinstance(node, ast.Name) else node.attr
            counts[used] = counts.get(used, 0) + 1
    return counts


def test_every_kind_is_declared_in_a_spec_and_found_somewhere():
    assert not [f"{name(path)}: {kind}" for path, kind in declared("Kind") if uses().get(kind, 0) < 2]


def test_every_reply_constant_is_said_somewhere():
    assert not [f"{name(path)}: {reply}" for path, reply in declared("Reply") if not uses().get(reply)]


def settings_models() -> Iterator[tuple[Path, ast.ClassDef]]:
    """Classes that derive, by however many steps, from pydantic's BaseModel."""
    known = {"BaseModel"}
    classes = list(nodes(ast.ClassDef))
    grew = True
    while grew:
        bases = {node.name for _, node in classes if {ast.unparse(base) for base in node.bases} & known}
        grew = not bases <= known
        known |= bases
    return ((path, node) for path, node in classes if node.name in known)


def test_every_setting_is_read_somewhere():
    fields = [
        (path, item)
        for path, model in settings_models()
        for item in model.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id != "model_config"
    ]
    assert not [f"{place(path, item)} {item.target.id}" for path, item in fields if not uses().get(item.target.id)]


def docstrings(path: Path) -> set[int]:
    """Ids of the constant nodes that are documentation: strings that stand alone as a statement."""
    return {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_no_reply_names_the_product():
    calls = [(p, n) for p, n in nodes(ast.Call) if isinstance(n.func, ast.Name) and n.func.id == "Reply"]
    assert not [place(path, call) for path, call in calls if PRODUCT in ast.unparse(call).lower()]


@pytest.mark.parametrize("package", ["model", "smtp", "policy", "checks", "gateway"])
def test_nothing_that_goes_to_the_wire_names_the_product(package):
    named = []
    for path, node in nodes(ast.Constant, under=SOURCE / package):
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if path.stem.endswith("settings"):  # descriptions and paths for operators
            continue
        if not isinstance(text, str) or PRODUCT not in text.lower() or id(node) in docstrings(path):
            continue
        if not re.fullmatch(r"gatepost(\.\w+)+", text):  # a module's or logger's name
            named.append(f"{place(path, node)} {text!r}")
    assert not named


@pytest.mark.parametrize("package", STEPPED_OUTSIDE_TASKS)
def test_nothing_a_session_awaits_needs_a_current_task(package):
    found = nodes(ast.Attribute, under=SOURCE / package)
    assert not [
        place(path, node)
        for path, node in found
        if node.attr in NEEDS_A_TASK and isinstance(node.value, ast.Name) and node.value.id == "asyncio"
    ]
