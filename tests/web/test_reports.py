"""Progress reports as a page and as data: the same figures, small groups untold, nothing before its time."""

import csv
import io

import pytest

from app.web.charts import Bar, bars
from tests.web.public_entries import Elements, seen_by_all, settled, words


@pytest.fixture
def office(desk_with):
    """A desk whose log has six inquiries at worksites and two at schools."""
    desk = desk_with()
    desk.contact()
    for turn in range(8):
        settled(desk, "confirmed" if turn % 2 else "declined", activity="worksite" if turn < 6 else "school")
    return desk


def tables_of(page):
    """Return the figures of the table under each chart: the cells of each row."""
    elements = Elements(page)
    tables = [each for each in elements.all("table") if each.get("class") == "figures"]
    rows = [" ".join(row["text"].split()) for row in elements.all("tr")]
    first = [rows.index(row) for row in rows if row.startswith("Total ")][0] + 1  # noqa: RUF015  # where the second begins
    assert len(tables) == len(elements.all("figure")) == 2
    return rows[2:first], rows[first + 2 : 2 * first]


@pytest.mark.parametrize("by", ["day", "week", "month", "area_command", "source", "activity"])
def test_the_page_has_the_figures_of_the_api(office, by):
    nobody = seen_by_all(office)
    told = nobody.get(f"/v1/reports/summary?by={by}").json()

    inquiries, minutes = tables_of(nobody.get(f"/reports?by={by}").text)

    def counted(group):
        return " ".join([str(group["inquiries"]), *map(str, group["by_status"].values())])

    def timed(group):
        times = [group[name][each] for name in ("minutes_to_call", "minutes_to_answer") for each in ("median", "p90")]
        return " ".join("\N{EN DASH}" if each is None else str(each) for each in times)

    assert len(inquiries) == len(minutes) == len(told["groups"]) + 1
    for counts, times, group in zip(inquiries, minutes, [*told["groups"], told["total"]], strict=True):
        assert counts.endswith(counted(group))
        assert times.endswith(timed(group))
    assert inquiries[-1].startswith("Total 8 ")


def test_the_page_says_how_its_minutes_are_reckoned_so_that_others_get_the_same(office):
    page = words(seen_by_all(office).get("/reports").text)

    assert "nearest rank" in page
    assert "entered late are left out" in page


def test_a_small_group_is_untold_to_the_public_and_counted_out_to_staff(office):
    nobody = seen_by_all(office)

    public = {each["group"]: each for each in nobody.get("/v1/reports/summary?by=activity").json()["groups"]}
    staff = {each["group"]: each for each in office.get("/v1/reports/summary?by=activity").json()["groups"]}

    assert (public["school"]["inquiries"], staff["school"]["inquiries"]) == ("<5", 2)
    assert public["school"]["minutes_to_answer"] == {"median": None, "p90": None}
    assert staff["school"]["minutes_to_answer"] == {"median": 11, "p90": 11}
    assert (public["worksite"]["inquiries"], public["worksite"]["by_status"]["confirmed"]) == (6, "<5")
    assert "School &lt;5" in nobody.get("/reports?by=activity").text.replace("</th><td>", " ")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/atom+xml, text/csv;q=0.5", "text/csv; charset=utf-8"),
        ("application/json, text/csv;q=0.1", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("", "application/json"),
    ],
)
def test_a_report_s_form_is_the_one_that_accept_prefers(shared_desk, accept, media_type):
    answer = shared_desk.as_(None).get("/v1/reports/summary", headers={"Accept": accept})

    assert answer.headers["content-type"] == media_type


def test_the_csv_link_gives_the_same_lines(office):
    nobody = seen_by_all(office)
    page = nobody.get("/reports?by=activity&from=2026-03-01&until=2026-03-31").text
    (link,) = [each["href"] for each in Elements(page).all("a") if each["text"] == "The same as CSV"]

    answer = nobody.get(link)

    assert answer.headers["content-type"].startswith("text/csv")
    assert "from=2026-03-01&to=2026-04-01" in link
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["activity"], line["inquiries"]) for line in lines] == [
        ("worksite", "6"), ("school", "<5"), ("total", "8"),
    ]  # fmt: skip


def test_days_narrow_the_report_and_the_last_one_is_included(office):
    nobody = seen_by_all(office)

    assert " 8 " in words(nobody.get("/reports?from=2026-03-10&until=2026-03-10").text)
    for empty in ("until=2026-03-09", "from=2026-03-11"):
        assert "There is nothing in the public log for this." in words(nobody.get(f"/reports?{empty}").text)
    assert nobody.get("/reports?from=soon&until=9999-12-31&by=colour").status_code == 200


def test_nothing_is_counted_before_the_delay_has_passed(office):
    office.clock.forward(hours=20)

    assert "There is nothing in the public log for this." in words(office.as_(None).get("/reports").text)


def test_months_and_days_are_told_in_the_reader_s_language(office):
    nobody = seen_by_all(office)

    assert "Mar 2026" in nobody.get("/reports").text
    assert "mar 2026" in nobody.get("/reports?lang=es").text
    assert "Mar 10, 2026" in nobody.get("/reports?by=day").text
    assert "Semana 2026-W11" in nobody.get("/reports?by=week&lang=es").text


def test_a_chart_escapes_what_it_shows_and_tells_its_title():
    svg = bars("a <b> & c", [Bar("<script>", 3), Bar("few", "<5"), Bar("none", None)])

    assert "<script>" not in svg
    assert "<title>a &lt;b&gt; &amp; c</title>" in svg
    assert "&lt;5" in svg


def test_the_longest_bar_leaves_room_for_its_figure_and_an_untold_one_has_no_length():
    svg = bars("title", [Bar("most", 10), Bar("half", 5), Bar("few", "<5"), Bar("none", 0)])

    widths = [part.split('"')[0] for part in svg.split('width="')[2:]]
    assert widths == ["86%", "86.0%", "86%", "43.0%", "86%", "0%", "86%", "0.0%"]


def test_refusals_are_counted_below_the_figures(office):
    for _ in range(5):
        assert office.post("/v1/inquiries", office.an_inquiry(note="A123456789")).status_code == 422
    office.clock.forward(days=2)

    told = words(office.as_(None).get("/reports").text)

    assert "Mar 2026 Identity English 5" in told
