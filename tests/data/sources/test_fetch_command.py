"""`bokgi data fetch` as a person types it, against a provider on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.cli.main import main
from bokgi.data.sources import fetching
from tests.data.sources.answers import CODE, naver_of_one
from tests.data.sources.provider import Provider, Reply, send_to, serving

pytest.importorskip("FinanceDataReader", reason="the package finance-datareader is not installed")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with serving(naver_of_one) as served:
        send_to(served.port, monkeypatch)
        yield served


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["data", "fetch", *words, "--source", "krx", "--home", str(home)])
    said, complained = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said, complained


def test_a_code_is_fetched_once_and_then_brought_up_to_date(provider: Provider, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, said, _ = run(capsys, tmp_path, CODE)
    assert code == 0
    assert f"krx {CODE} 1d: 19 bars added (2026-03-03 to 2026-03-31 were sent)" in said
    assert "19 bars added to 1 of 1 series; 0 refused, 0 held back." in said
    code, said, _ = run(capsys, tmp_path)
    assert code == 0
    assert "asked today already" in said
    assert len(provider.asked) == 1


def test_an_unknown_code_is_refused_in_one_sentence_and_by_the_exit_code(
    provider: Provider, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, said, _ = run(capsys, tmp_path, "000002")
    assert code == 2
    assert "The source 'krx' has no data of 000002" in said


def test_a_source_that_does_not_answer_ends_with_what_is_left(
    provider: Provider, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BACKOFF_SECONDS", (0.0, 0.0))
    send_to(1, monkeypatch)
    code, _, complained = run(capsys, tmp_path, CODE, "000002")
    assert code == 1
    assert "could not be reached" in complained
    assert "2 series are left; the same command goes on with them." in complained


def test_a_wrong_source_is_named_with_those_there_are(provider: Provider, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["data", "fetch", CODE, "--source", "bloomberg", "--home", str(tmp_path)])
    assert ended.value.code == 2
    assert "yahoo, krx, krx-login" in capsys.readouterr().err


def test_naver_sends_an_empty_row_for_a_day_that_is_not_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path
) -> None:
    """The recorded chart of Samsung Electronics: 2,832 days."""
    recorded = shared_data / "fixtures/krx/naver_fchart_005930_day_utf8.xml"
    if not recorded.exists():
        pytest.skip(f"{recorded.name} is not there")
    text = recorded.read_text("utf-8").replace("</chartdata>", '<item data="20260126|||||" />\n</chartdata>')
    with serving(lambda _: Reply(text, 200, "text/xml; charset=utf-8")) as served:
        send_to(served.port, monkeypatch)
        code, said, _ = run(capsys, tmp_path, "005930")
    assert code == 0
    assert "2,832 bars added (2014-07-11 to 2026-01-23 were sent)" in said
