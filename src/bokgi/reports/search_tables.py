"""The ranking of a search as files: a row a stock, what happened out of sample first.

Convention: totals are fractions of the initial capital after costs, dates and times as text; text cells that a spreadsheet could take for a
formula are neutralised. What is undefined is empty.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from bokgi.errors.base import Language
from bokgi.reports.trades_csv import neutralised

BOM = "\ufeff"
_HEADINGS = (
    ("순위", "Rank"),
    ("종목코드", "Code"),
    ("종목명", "Name"),
    ("판단", "Verdict"),
    ("판단 문장", "Verdict in words"),
    ("검증 구간 수익률(시작 고정)", "Out of sample, anchored"),
    ("검증 구간 수익률(구간 이동)", "Out of sample, rolling"),
    ("검증 구간 단순 보유", "Out of sample, holding"),
    ("최고 조합", "Best parameters"),
    ("탐색 구간 최고 수익률", "Best in sample"),
    ("거래 수", "Trades"),
    ("이익 거래", "Wins"),
    ("최대 낙폭(거래일 종가)", "Max drawdown at session ends"),
    ("기본값 수익률", "Default parameters"),
    ("단순 보유 수익률", "Holding"),
    ("전체 조합 평균", "Mean of all"),
    ("이익 조합 비율", "Profitable share"),
    ("시험 조합 수", "Trials"),
    ("유효 조합 수", "Effective trials"),
    ("SPA p(무거래 대비)", "SPA p against no trade"),
    ("SPA p(보유 대비)", "SPA p against holding"),
    ("현실성 검정 p", "Reality check p"),
    ("보정 p", "Adjusted p"),
    ("PBO", "PBO"),
    ("DSR", "DSR"),
    ("같은 크기 잡음의 중앙값", "Noise of the same size, median"),
    ("거래일 수", "Sessions"),
    ("자료에 관해 알아둘 점", "What to know about the data"),
)
_FAULT_HEADINGS = (("정도", "Severity"), ("종목코드", "Code"), ("문장", "Sentence"))


def headings(language: Language) -> list[str]:
    """Names of the columns."""
    place = 0 if language is Language.KOREAN else 1
    return [heading[place] for heading in _HEADINGS]


def ranking_rows(body: Mapping[str, Any], language: Language) -> list[list[Any]]:
    """One row a stock, in the order of the result."""
    told = _told_by_stock(body, language)
    return [[*_row(place, stock, language), told[stock["code"]]] for place, stock in enumerate(body["stocks"], 1)]


def ranking_csv(body: Mapping[str, Any], language: Language) -> bytes:
    """UTF-8 with BOM, so that Excel shows Korean."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings(language))
    for row in ranking_rows(body, language):
        writer.writerow(["" if cell is None else neutralised(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + text.getvalue()).encode("utf-8")


def ranking_workbook(body: Mapping[str, Any], language: Language) -> bytes:
    """A workbook with the ranking, a sheet of all sentences, and one of the faults of the data."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    is_korean = language is Language.KOREAN
    ranking = book.add_worksheet("순위" if is_korean else "Ranking")
    ranking.write_row(0, 0, headings(language), bold)
    for place, row in enumerate(ranking_rows(body, language), 1):
        ranking.write_row(place, 0, ["" if cell is None else cell for cell in row])
    ranking.freeze_panes(1, 3)
    sentences = book.add_worksheet("설명" if is_korean else "Sentences")
    sentences.write_row(0, 0, ["종목코드", "문장"] if is_korean else ["Code", "Sentence"], bold)
    said = [(stock["code"], sentence) for stock in body["stocks"] for sentence in (stock["sentence"], *stock["details"]) if sentence]
    for place, (code, sentence) in enumerate(said, 1):
        sentences.write_row(place, 0, [code, sentence["korean" if is_korean else "english"]])
    faults = book.add_worksheet("자료" if is_korean else "Data")
    for place, row in enumerate(_fault_rows(body, language)):
        faults.write_row(place, 0, row, None if place else bold)
    book.close()
    return content.getvalue()


def _fault_rows(body: Mapping[str, Any], language: Language) -> list[list[str]]:
    """The headings, then every fault of the data, those of no single stock with an empty code."""
    place, key = (0, "korean") if language is Language.KOREAN else (1, "english")
    told = [[fault["severity"], fault["code"], fault[key]] for fault in body["data"]["faults"]]
    return [[heading[place] for heading in _FAULT_HEADINGS], *told]


def _told_by_stock(body: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The faults that concern each stock in one cell: its own, then those of no stock of the search."""
    own: dict[str, list[str]] = {stock["code"]: [] for stock in body["stocks"]}
    common: list[str] = []
    for _, code, sentence in _fault_rows(body, language)[1:]:
        own.get(code, common).append(sentence)
    return {code: " | ".join((*sentences, *common)) for code, sentences in own.items()}


def _row(place: int, stock: Mapping[str, Any], language: Language) -> list[Any]:
    sentence = stock["sentence"]
    said = None if sentence is None else sentence["korean" if language is Language.KOREAN else "english"]
    first: list[Any] = [place, stock["code"], stock["name"] if language is Language.KOREAN else stock["name_en"], stock["verdict"], said]
    if not stock["trials"]:
        return first + [None] * (len(_HEADINGS) - 1 - len(first))
    best, judged = stock["best"], stock["honesty"] or {}
    anchored, rolling = judged.get("anchored"), judged.get("rolling")
    alone, held = judged.get("against_no_trade"), judged.get("against_holding")
    return [
        *first,
        _of(anchored, "tested_total"),
        _of(rolling, "tested_total"),
        _of(anchored, "held_total"),
        " ".join(f"{name}={value}" for name, value in best["params"].items()),
        best["total_return"],
        best["trades"],
        best["wins"],
        best["max_drawdown"],
        _of(stock["default"], "total_return"),
        stock["holding_total"],
        stock["mean_total"],
        stock["profitable_trials"],
        stock["trials"],
        judged.get("effective_trials"),
        _of(alone, "superior_ability"),
        _of(held, "superior_ability"),
        _of(alone, "reality_check"),
        stock["adjusted_p_value"],
        judged.get("overfitting"),
        judged.get("deflated_sharpe"),
        _of(judged.get("noise"), "median"),
        judged.get("sessions"),
    ]


def _of(one: Mapping[str, Any] | None, name: str) -> Any:  # noqa: ANN401  # a number or nothing
    return None if one is None else one[name]
