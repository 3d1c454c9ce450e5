"""What routes depend on runs in the loop: FastAPI sends each plain function through a thread, for every request."""

import ast
from pathlib import Path

import bokgi.api

FOLDER = Path(bokgi.api.__file__).parent


def test_dependencies_of_routes_are_coroutines() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Depends"]
    named = {argument.id for call in calls for argument in call.args if isinstance(argument, ast.Name)}
    plain = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    assert "watch_of" in named
    assert named & plain == set()
