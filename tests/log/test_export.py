"""The mirror kit: complete, incremental, put in place whole or not at all; `verify` finds what was altered in it."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.domain.moment import day_in_denver
from app.ledger.source import Mirror
from app.ledger.verify import keys_of, verify
from app.service.export_mirror import KIT, SUMS, NotThisLedger, export_mirror
from app.service.verify_mirror import kit_problems
from app.store.engine import open_database
from app.store.mirror import MirrorFolder, _Draft
from tests.desk import open_desk
from tests.log.steps import many_events, tick


def problems_of(folder):
    source = Mirror(folder)
    return [*verify(source, keys_of(source)).problems, *kit_problems(folder)]


def files_of(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def export(url, folder, today):
    database = open_database(url)
    try:
        with database.read() as session:
            return export_mirror(session, MirrorFolder(folder), today, lambda _done, _of: None)
    finally:
        database.dispose()


def days_work(desk):
    """Some inquiries of every list, and enough of staff's events to fill a tile."""
    desk.contact()
    calls = [desk.called(desk.logged(outlet=f"KUNM {turn}", source="media"), outcome="confirmed") for turn in range(3)]
    desk.as_("supervisor").post(f"/v1/calls/{calls[0]['id']}/correction", {"outcome": "not_ice", "reason": "wrong key"})
    desk.post(f"/v1/inquiries/{desk.logged()['id']}/withdraw", {"reason": "by_asker"})
    desk.logged()
    many_events(desk, 250)
    desk.clock.forward(days=9)
    tick(desk)


@pytest.fixture(scope="module")
def exported(tmp_path_factory, migrated_file):
    """A database of some days, and the mirror of it."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "data").mkdir()
    shutil.copy(migrated_file, folder / "data/app.db")
    url = f"sqlite:///{folder / 'data/app.db'}"
    with open_desk(url, folder / "data") as desk:
        days_work(desk)
        today = day_in_denver(desk.clock())
    export(url, folder / "mirror", today)
    return folder


@dataclass(frozen=True)
class Later:
    """The mirror of before, and the database at two later times, which two methods export."""

    mirror: Path
    first: tuple[str, date]
    second: tuple[str, date]

    def export_first(self, folder):
        return export(self.first[0], folder, self.first[1])

    def export_next(self, folder):
        return export(self.second[0], folder, self.second[1])


@pytest.fixture
def later(exported, tmp_path):
    """Two later days: what waited was settled, one more inquiry is public, and staff did something each day."""
    states = []
    for days, before in ((9, exported / "data"), (20, tmp_path / "data-9")):
        data = Path(shutil.copytree(before, tmp_path / f"data-{days}"))
        url = f"sqlite:///{data / 'app.db'}"
        with open_desk(url, data) as desk:
            desk.clock.forward(days=days, hours=1)
            waiting = desk.get("/v1/inquiries?status=open").json()["items"]
            desk.called(desk.logged(outlet=f"KUNM {days}", source="media"), *waiting, outcome="confirmed")
            for _ in range(2):
                many_events(desk, 20)
                desk.clock.forward(days=2)
                tick(desk)
            states.append((url, day_in_denver(desk.clock())))
    return Later(Path(shutil.copytree(exported / "mirror", tmp_path / "mirror")), *states)


@pytest.fixture
def mirror(exported, tmp_path):
    """A copy that a test may alter."""
    return Path(shutil.copytree(exported / "mirror", tmp_path / "mirror"))


def test_an_export_holds_every_list_and_verifies(mirror):
    assert problems_of(mirror) == []
    assert {*KIT, SUMS, "ledger/key", "ledger/checkpoint", "ledger/tile/0/000"} <= files_of(mirror).keys()
    tables = [(mirror / name).read_text().count("\n") for name in ("log.csv", "log-withdrawn.csv", "log-unsettled.csv")]
    assert tables == [4, 2, 2]  # each with its header
    assert subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=mirror, check=False).returncode == 0


def test_a_byte_altered_anywhere_in_any_file_of_an_export_is_found(mirror):
    for name, sound in files_of(mirror).items():
        for place in {0, len(sound) // 3, len(sound) // 2, len(sound) - 2}:
            (mirror / name).write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
            try:
                found = problems_of(mirror)
            except ValueError:
                assert name == "ledger/key"  # then there is no key to verify with, and the command says so
            else:
                assert found, (name, place)
        (mirror / name).write_bytes(sound)
    assert problems_of(mirror) == []


def test_a_file_that_an_export_lacks_is_found(mirror):
    for name, sound in files_of(mirror).items():
        (mirror / name).unlink()
        if name != "ledger/key":
            assert problems_of(mirror), name
        (mirror / name).write_bytes(sound)


def summed_anew(folder):
    """Write the sums again, as whoever alters a file on purpose would."""
    sums = subprocess.run(
        ["sha256sum", *KIT, "ledger/checkpoint", "ledger/key"], cwd=folder, check=True, capture_output=True
    )
    (folder / SUMS).write_bytes(sums.stdout)


# What is altered in which file, and the inquiry at whose leaf it is found.
ALTERATIONS = {
    "a word of a table": ("log.csv", "KUNM 1", "KOAT 1", "2026-000002"),
    "a time of a table": ("log.csv", "2026-000003,2026-03-10T19", "2026-000003,2026-03-10T18", "2026-000003"),
    "a withdrawn number": ("log-withdrawn.csv", "by_asker", "duplicate", "2026-000004"),
    "an unsettled number": ("log-unsettled.csv", "2026-000005", "2026-000006", "2026-000005"),
    "an answer in the feed": ("log.atom", "2026-000002: Confirmed", "2026-000002: Not ICE", "2026-000002"),
    "an outlet of an entry": ("log.json", "KUNM 1", "KOAT 1", "2026-000002"),
    "a status of an entry": ("log.json", 'KUNM 2","status":"confirmed"', 'KUNM 2","status":"not_ice"', "2026-000003"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALTERATIONS)
def test_what_is_altered_on_purpose_is_found_at_the_inquirys_leaf(mirror, what):
    name, told, instead, number = ALTERATIONS[what]
    sound = (mirror / name).read_bytes()
    altered = sound.replace(told.encode(), instead.encode(), 1)
    assert altered != sound
    (mirror / name).write_bytes(altered)
    summed_anew(mirror)

    located = [problem.index for problem in problems_of(mirror) if problem.index is not None]

    assert f'"subject":"{number}"'.encode() in Mirror(mirror).opened(0)[min(located)].payload


@pytest.mark.parametrize("name", ["log.csv", "log-withdrawn.csv", "log-unsettled.csv"])
def test_a_row_too_many_and_a_row_too_few_are_found(mirror, name):
    sound = (mirror / name).read_bytes()
    rows = sound.splitlines(keepends=True)
    for altered in (sound + rows[-1], b"".join(rows[:-1])):
        (mirror / name).write_bytes(altered)
        summed_anew(mirror)
        assert any(name in problem.what for problem in problems_of(mirror))


def test_a_feed_that_leaves_the_newest_out_is_found(mirror):
    feed = (mirror / "log.atom").read_text()
    begin, end = feed.index("<entry>"), feed.index("</entry>") + len("</entry>\n")
    (mirror / "log.atom").write_text(feed[:begin] + feed[end:])
    summed_anew(mirror)

    assert any("log.atom" in problem.what for problem in problems_of(mirror))


def test_the_command_names_the_first_bad_event_and_ends_with_1(mirror):
    table = mirror / "log.csv"
    table.write_bytes(table.read_bytes().replace(b"KUNM 2", b"KOAT 2"))

    done = CliRunner().invoke(app, ["verify", "--mirror", str(mirror)])

    assert done.exit_code == 1
    assert "Not sound. First bad event: " in done.output
    assert "log.csv tells 2026-000003 otherwise" in done.output


def test_the_command_says_in_plain_words_which_file_it_cannot_read(mirror, tmp_path):
    done = CliRunner().invoke(app, ["verify", "--mirror", str(mirror), "--checkpoint", str(tmp_path / "none.txt")])

    assert done.exit_code == 2
    assert f"Could not check: {tmp_path / 'none.txt'} cannot be read (No such file or directory).\n" in done.output


def test_a_second_export_writes_no_full_tile_again(later):
    before = {name: (later.mirror / name).stat().st_ino for name in files_of(later.mirror)}
    later.export_first(later.mirror)

    assert problems_of(later.mirror) == []
    kept = {name for name in files_of(later.mirror) if (later.mirror / name).stat().st_ino == before.get(name)}
    assert {"ledger/tile/0/000", "ledger/tile/entries/000"} <= kept
    assert "log.csv" not in kept


def test_a_folder_with_something_else_in_it_is_left_alone(later, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("Dear")
    with pytest.raises(NotThisLedger):
        later.export_first(tmp_path / "letters")

    assert files_of(tmp_path / "letters") == {"dear.txt": b"Dear"}


# Before which of its doings with files the export is killed, and after how much of what it writes.
_DOINGS = frozenset({"open", "os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "ctypes.dlsym"})


def killed(exporting, folder, *, before_doing):
    """Export in a process of its own that SIGKILL ends before its nth doing with files; tell whether it was ended."""
    child = os.fork()
    if child == 0:
        try:
            count = 0
            write = _Draft.write

            def killed_once_enough(event, words):
                nonlocal count
                if event in _DOINGS and (event == "ctypes.dlsym" or str(folder.parent / "") in str(words[0])):
                    count += 1
                    if count > before_doing:
                        os.kill(os.getpid(), signal.SIGKILL)

            def half(draft, content):
                if count >= before_doing:
                    draft._open.write(content[: len(content) // 2])  # noqa: SLF001  # a write that was cut off
                    draft._open.flush()  # noqa: SLF001  # as above
                    os.kill(os.getpid(), signal.SIGKILL)
                write(draft, content)

            _Draft.write = half
            sys.addaudithook(killed_once_enough)
            exporting(folder)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, -signal.SIGKILL}
    return status != 0


@pytest.mark.parametrize("there_is_one", [True, False])
def test_an_export_killed_at_any_point_leaves_a_whole_mirror_and_the_next_one_completes_it(
    later, tmp_path, there_is_one
):
    later.export_next(tmp_path / "whole")
    names = files_of(tmp_path / "whole").keys()
    for doing in itertools.count(step=1 if there_is_one else 4):
        folder = tmp_path / f"at-{doing}" / "mirror"
        folder.parent.mkdir()
        if there_is_one:
            shutil.copytree(later.mirror, folder)
        was_killed = killed(later.export_first, folder, before_doing=doing)
        assert folder.is_dir() or not there_is_one
        if folder.is_dir():
            assert problems_of(folder) == [], doing
            assert not [name for name in files_of(folder) if name.endswith(".part")], doing
        if doing % 5 == 0:
            killed(later.export_next, folder, before_doing=doing // 2)

        later.export_next(folder)

        assert problems_of(folder) == [], doing
        assert files_of(folder).keys() == names, doing
        assert [each.name for each in folder.parent.iterdir()] == ["mirror"], doing
        shutil.rmtree(folder.parent)
        if not was_killed:
            break
    assert doing > 50
