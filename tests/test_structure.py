"""The shape of the code: layers, outside libraries, the one clock, quiet imports, sizes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("bot", "commands", "workflows", "storage")
OUTSIDE = {"aiohttp", "apscheduler", "httpx", "slack_bolt", "slack_sdk"}
WALL_CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime"),
}
VAGUE = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}


@dataclass(frozen=True, kw_only=True)
class Module:
    """One source file; `name` is what is written after `import`, `path` is from the repository's root."""

    name: str
    path: Path
    lines: tuple[str, ...]
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.name.split(".")[0]

    def size(self, first: int = 1, last: int | None = None) -> int:
        """Lines of code from `first` to `last`, docstrings included, empty lines and comments not."""
        return sum(1 for line in self.lines[first - 1 : last] if line.strip() and not line.strip().startswith("#"))


@cache
def modules() -> tuple[Module, ...]:
    """Everything in the four packages. Migrations are written by Alembic and run by it alone."""
    paths = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
    kept = [path.relative_to(ROOT) for path in paths if "migrations" not in path.parts]
    return tuple(read(path) for path in kept)


def read(path: Path) -> Module:
    text = (ROOT / path).read_text(encoding="utf-8")
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    return Module(name=".".join(parts), path=path, lines=tuple(text.splitlines()), tree=ast.parse(text))


def imports(module: Module) -> Iterator[tuple[str, str]]:
    """Every imported name in full, wherever in the file it is, with the place to look at."""
    for node in ast.walk(module.tree):
        place = f"{module.path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from ((alias.name, place) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = ".".join(filter(None, [*around(module, node.level), node.module]))
            yield from ((f"{source}.{alias.name}", place) for alias in node.names)


def around(module: Module, level: int) -> list[str]:
    """The package that `level` leading dots stand for."""
    parts = module.name.split(".") + ["__init__"] * (module.path.name == "__init__.py")
    return parts[:-level] if level else []


def test_there_is_code_in_every_layer() -> None:
    assert {module.layer for module in modules()} == set(LAYERS)


def test_imports_run_down_the_layers_and_never_back() -> None:
    assert [
        f"{place} imports {name}"
        for module in modules()
        for name, place in imports(module)
        if name.split(".")[0] in LAYERS[: LAYERS.index(module.layer)]
    ] == []


def test_slack_http_and_scheduler_libraries_stay_in_the_bot() -> None:
    assert [
        f"{place} imports {name}"
        for module in modules()
        if module.layer != "bot"
        for name, place in imports(module)
        if name.split(".")[0] in OUTSIDE
    ] == []


def test_the_practice_workspace_is_known_to_its_own_commands_only() -> None:
    may = ("bot.__main__", "bot.demo")
    assert [
        f"{place} imports {name}"
        for module in modules()
        if not module.name.startswith(("bot.practice", *may))
        for name, place in imports(module)
        if name.startswith("bot.practice")
    ] == []


def test_the_code_never_imports_its_tests() -> None:
    assert [place for module in modules() for name, place in imports(module) if name.split(".")[0] == "tests"] == []


def test_only_one_module_reads_the_wall_clock() -> None:
    readers = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in WALL_CLOCKS
    ]
    assert [place for place in readers if not place.startswith("bot/clock.py:")] == []
    assert len(readers) == 1


def test_only_the_settings_read_the_environment() -> None:
    """`__main__` hands `os.environ` to them and reads nothing from it itself."""
    assert [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.name not in ("bot.config", "bot.__main__")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(module.path) for module in modules() if module.path.stem in VAGUE] == []


def test_no_file_is_longer_than_400_lines_of_code() -> None:
    assert [f"{module.path} {module.size()}" for module in modules() if module.size() > 400] == []


def test_no_function_is_longer_than_60_lines_of_code() -> None:
    assert [
        f"{module.path}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and module.size(node.lineno, node.end_lineno) > 60
    ] == []


# Runs in a process of its own: the hook hears of every file, socket, thread and process that an import makes.
IMPORT_ALL = """
import importlib, os, sys, threading

sys.path.insert(0, sys.argv[1])
noticed = []

def listen(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        noticed.append(f"opens {arguments[0]} to write")
    elif event in ("socket.__new__", "socket.bind", "subprocess.Popen", "os.system", "os.fork", "os.mkdir"):
        noticed.append(f"{event} {arguments}")

sys.addaudithook(listen)
for name in sys.argv[2:]:
    importlib.import_module(name)
    if noticed or threading.active_count() > 1:
        raise SystemExit(f"importing {name}: {noticed} {threading.enumerate()}")
"""


def test_importing_everything_with_an_empty_environment_does_nothing(tmp_path: Path) -> None:
    names = [module.name for module in modules()]
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", IMPORT_ALL, str(ROOT), *names],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_shows_its_help_without_loading_what_the_bot_needs(tmp_path: Path) -> None:
    seen = "import bot.__main__, sys; print({'sqlalchemy', 'pydantic', 'slack_bolt'} & set(sys.modules))"
    command = [sys.executable, "-c", seen]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True, text=True
    )

    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import storage.models", ["storage.models"]),
        ("from workflows import ports", ["workflows.ports"]),
        ("from . import words", ["bot.words"]),
        ("from .words import a, b", ["bot.words.a", "bot.words.b"]),
        ("def later():\n    from bot import slack", ["bot.slack"]),
    ],
)
def test_every_way_to_write_an_import_is_seen(source: str, expected: list[str]) -> None:
    module = Module(name="bot.clock", path=Path("bot/clock.py"), lines=(), tree=ast.parse(source))
    assert [name for name, _ in imports(module)] == expected
