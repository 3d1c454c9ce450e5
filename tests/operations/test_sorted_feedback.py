"""A person sorts what was read, and nothing else."""

from pathlib import Path

import pytest

from bokgi.errors.operations import FeedbackItemUnknown
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_feedback import sort_item


def test_only_an_item_that_was_read_is_sorted(tmp_path: Path) -> None:
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="")
        log.append(Kind.FEEDBACK, source="slack", was_read=True, items=[{"id": "1.5", "kind": "unsorted"}])
        assert sort_item(log, "slack", "1.5", "bug", "lee").facts["sorted_as"] == "bug"
        for source, identity in (("form", "1.5"), ("slack", "1.6")):
            with pytest.raises(FeedbackItemUnknown, match="was read for this release"):
                sort_item(log, source, identity, "other", "lee")
