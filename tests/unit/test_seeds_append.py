"""Rows added to a seed file: every byte that was there stays, and the file stays a good seed."""

from __future__ import annotations

import csv
import io
import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.cli.mapping.patch import patch_root, unified_diff
from pipelines.seeds.append import SeedChangedError, replace_file, with_rows

HEADER = b"custom_field,field_value,team_id,field_priority\n"
ROW = {"custom_field": "Owner", "field_value": "Pay", "team_id": "payments", "field_priority": ""}
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip).filter(bool)
ROWS = st.lists(
    st.fixed_dictionaries({name: TEXT for name in ("custom_field", "field_value", "team_id")}), max_size=4
)


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_row_goes_behind_the_last_one() -> None:
    before = HEADER + b"Owner,Find,search,1\n"
    assert with_rows(before, [ROW]) == before + b"Owner,Pay,payments,\n"


def test_no_rows_change_nothing() -> None:
    assert with_rows(HEADER.rstrip(), []) == HEADER.rstrip()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_mark_and_line_endings_are_the_files_own(mark: bytes, ending: bytes) -> None:
    before = mark + HEADER.replace(b"\n", ending)
    assert with_rows(before, [ROW]) == before + b"Owner,Pay,payments," + ending


def test_a_last_line_without_an_ending_gets_the_files_own() -> None:
    before = HEADER.replace(b"\n", b"\r\n") + b"Owner,Find,search,1"
    assert with_rows(before, [ROW]) == before + b"\r\nOwner,Pay,payments,\r\n"


def test_columns_keep_the_files_order_and_blank_lines_before_the_header_do_not_matter() -> None:
    before = b"\n team_id , field_value,custom_field,field_priority\n"
    assert with_rows(before, [ROW]) == before + b"payments,Pay,Owner,\n"


@given(
    before=ROWS, added=ROWS, ending=st.sampled_from(["\n", "\r\n"]), mark=st.booleans(), is_closed=st.booleans()
)
def test_what_was_there_is_a_prefix_and_the_rows_follow(
    before: list[dict[str, str]], added: list[dict[str, str]], ending: str, mark: bool, is_closed: bool
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(ROW), lineterminator=ending)
    writer.writeheader()
    writer.writerows(before)
    text = buffer.getvalue() if is_closed else buffer.getvalue().removesuffix(ending)
    content = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    after = with_rows(content, added)
    assert after.startswith(content)
    empty = {"field_priority": ""}
    assert records(after) == [{**empty, **row} for row in [*before, *added]]


@given(before=ROWS, added=ROWS, ending=st.sampled_from(["\n", "\r\n"]), is_closed=st.booleans())
def test_the_patch_gives_the_file_that_was_meant(
    before: list[dict[str, str]],
    added: list[dict[str, str]],
    ending: str,
    is_closed: bool,
    tmp_path_factory: object,
) -> None:
    folder = tmp_path_factory.mktemp("patch")  # type: ignore[attr-defined]
    path = folder / "my seeds" / "team_mapping.csv"
    path.parent.mkdir()
    text = ending.join([HEADER.decode().strip(), *(",".join([*row.values(), "1"]) for row in before)])
    content = b"\xef\xbb\xbf" + (text + ending if is_closed else text).encode()
    path.write_bytes(content)
    after = with_rows(content, added)
    patch = b"# what it is about\n" + unified_diff(path, content, after)
    if after == content:
        assert patch == b"# what it is about\n"
        return
    subprocess.run(["git", "apply", "-"], input=patch, cwd=folder, check=True, capture_output=True)
    assert path.read_bytes() == after


def test_the_patch_is_taken_by_patch_as_well(tmp_path: Path) -> None:
    path = tmp_path / "seeds" / "team_mapping.csv"
    path.parent.mkdir()
    content = b"\xef\xbb\xbf" + HEADER + b"Owner,Find,search,1"
    path.write_bytes(content)
    after = with_rows(content, [ROW])
    patch = unified_diff(path, content, after)
    assert patch.startswith(b"--- a/seeds/team_mapping.csv\n+++ b/seeds/team_mapping.csv\n")
    subprocess.run(["patch", "-p1"], input=patch, cwd=tmp_path, check=True, capture_output=True)
    assert path.read_bytes() == after


def test_inside_a_work_tree_names_begin_at_its_top(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "deep" / "seeds" / "team_mapping.csv"
    path.parent.mkdir(parents=True)
    assert patch_root(path) == tmp_path
    assert unified_diff(path, b"a\n", b"a\nb\n").startswith(b"--- a/deep/seeds/team_mapping.csv\n")


def test_a_file_is_replaced_whole_with_its_mode_and_through_its_link(tmp_path: Path) -> None:
    target = tmp_path / "real.csv"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(target.name)
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.csv", "real.csv"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "teams.csv"
    path.write_bytes(b"edited by somebody")
    with pytest.raises(SeedChangedError, match=r"teams.csv was changed meanwhile"):
        replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"edited by somebody"
    assert os.listdir(tmp_path) == ["teams.csv"]
