"""What may be said about an optimum as JSON values, and back: parts of a search are judged together when all of them are done."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bokgi.research.enough import DataDepth
from bokgi.research.honesty import Compared, Honesty, Optimum
from bokgi.research.plateau import Shape, Surroundings
from bokgi.research.superior_ability import NoiseOfSameSize, PValues
from bokgi.research.walk_forward import Fold, FoldResult, WalkForward, Window

_PLAIN = ("sessions", "trials", "overfitting", "effective_trials", "deflated_sharpe", "resamples")


def honesty_json(stock: Honesty) -> dict[str, Any]:
    """JSON values; `to_honesty` reads them back to the bit."""
    return {
        **{name: getattr(stock, name) for name in _PLAIN},
        "depth": stock.depth.value,
        "optimum": dict(vars(stock.optimum)),
        "compared": dict(vars(stock.compared)),
        "against_no_trade": _values(stock.against_no_trade),
        "against_holding": _values(stock.against_holding),
        "noise": _values(stock.noise),
        "anchored": _walk_json(stock.anchored),
        "rolling": _walk_json(stock.rolling),
    }


def to_honesty(body: Mapping[str, Any]) -> Honesty:
    """The judgement that was written."""
    return Honesty(
        **{name: body[name] for name in _PLAIN},
        depth=DataDepth(body["depth"]),
        optimum=Optimum(**body["optimum"]),
        compared=Compared(**body["compared"]),
        against_no_trade=None if body["against_no_trade"] is None else PValues(**body["against_no_trade"]),
        against_holding=None if body["against_holding"] is None else PValues(**body["against_holding"]),
        noise=None if body["noise"] is None else NoiseOfSameSize(**body["noise"]),
        anchored=_to_walk(body["anchored"]),
        rolling=_to_walk(body["rolling"]),
    )


def surroundings_json(around: Surroundings | None) -> dict[str, Any] | None:
    """JSON values of what lies around the best."""
    if around is None:
        return None
    return {
        "shape": around.shape.value,
        "place": list(around.place),
        "best": around.best,
        "neighbours": around.neighbours,
        "kept": around.kept,
        "reach": [list(reach) for reach in around.reach],
    }


def to_surroundings(body: Mapping[str, Any] | None) -> Surroundings | None:
    """What lies around the best, as it was written."""
    if body is None:
        return None
    reach = tuple((int(first), int(last)) for first, last in body["reach"])
    return Surroundings(Shape(body["shape"]), tuple(body["place"]), body["best"], body["neighbours"], body["kept"], reach)


def _values(one: object | None) -> dict[str, Any] | None:
    return None if one is None else dict(vars(one))


def _walk_json(walk: WalkForward | None) -> dict[str, Any] | None:
    if walk is None:
        return None
    folds = [vars(fold) | {"fold": dict(vars(fold.fold))} for fold in walk.folds]
    return {
        "window": walk.window.value,
        "folds": folds,
        "tested_total": walk.tested_total,
        "held_total": walk.held_total,
        "returns": walk.returns.tolist(),
    }


def _to_walk(body: Mapping[str, Any] | None) -> WalkForward | None:
    if body is None:
        return None
    folds = tuple(FoldResult(**{**fold, "fold": Fold(**fold["fold"])}) for fold in body["folds"])
    return WalkForward(Window(body["window"]), folds, body["tested_total"], body["held_total"], np.array(body["returns"], dtype=np.float64))
