r"""What the screen costs: beside a plain tokenising of the same text, by length, in memory, and on hostile texts.

Run: python -m bench.screen. The reference is `re.findall(r"\\w+", unicodedata.normalize("NFKC", text).casefold())`
in the same run; the screen may cost at most 40 times that, and 2,000 characters at most 6 times 500.
"""

import re
import resource
import statistics
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from functools import partial
from time import process_time

from app.domain.screening import SCREEN_VERSION, make_ready, screen

MOST_TIMES_REFERENCE = 40.0
MOST_TIMES_FOR_FOUR_TIMES_THE_LENGTH = 6.0
MOST_MEGABYTES = 30.0
SHORT, LONG = 500, 2_000
NOTES = {
    "a caller's note": (
        "Three SUVs came in from Broadway with no lights and parked across two spaces. Seven people got out, tan vests "
        "and black gaiters, one with a long gun. They walked the first row and looked into windows. One stayed with "
        "the cars and told me to keep moving. They left at 8:05 with one man in a red hoodie who was not resisting at "
        "all. I'd like to know whether they were really federal officers, ICE or HSI. "
    ),
    "una nota en español": (
        "Llamo porque en la calle de atrás del mercado hay movimiento desde las seis. Primero pasó una Tahoe negra "
        "despacio, tres veces. Después llegaron dos carros más y se bajaron cinco con cubrebocas y botas café. Tocaron "
        "en una casa de barda verde, no traían orden, solo un teléfono. La gente no abrió y se fueron hacia la Bridge. "
    ),
    "a note to refuse": (
        "DISP NOTE 1522: RP at Smith's on Carlisle north of Constitution. Two unmarked vehicles, a gray Malibu and a "
        "white Transit van, five agents, three with ERO vests, all masked. They blocked in a pickup at pump 6; the "
        "driver, her neighbor Baca, got out and was cuffed. RP states he has a pending U visa and is from Honduras. "
        "Agents left northbound toward I-40. RP wants confirmation only, callback 505-555-0198. Contact called 1526. "
    ),
}
HOSTILE = {
    "one letter": "a",
    "one name": "María ",
    "names and commas": "Luis, ",
    "spaced letters": "i l l e g a l ",
    "dotted letters": "s.i.n.p.a.p.e.l.e.s.",
    "digits": "5",
    "digits and dashes": "5-0-5-",
    "digits and blanks": "505 ",
    "signs at": "@",
    "almost addresses": "a.b-c+d_",
    "combining marks": "a\u0301",
    "zero width": "i\u200b",
    "lone surrogates": "a\ud800",
    "not, not": "no tiene ",
    "brackets": "((((",
    "capital Cyrillic": "\u0421\u0423\u0412 ",
    "misspelt": "indocumentodo ",
    "plates": "plate abc ",
}


def microseconds(work: Callable[[str], object], text: str, repeats: int) -> float:
    """Return the processor time of one call, in microseconds."""
    begin = process_time()
    for _ in range(repeats):
        work(text)
    return (process_time() - begin) / repeats * 1e6


def least(*measured: Callable[[], float], rounds: int = 40) -> tuple[float, ...]:
    """Return the least of each figure over rounds that take turns, so that a busy machine is unfair to none."""
    return tuple(map(min, zip(*([measure() for measure in measured] for _ in range(rounds)), strict=True)))


def reference(text: str) -> list[str]:
    """Return the words of a text in the plain way that the screen is held against."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def of_length(text: str, length: int) -> str:
    """Return a text repeated and cut to a length."""
    return (text * (length // len(text) + 1))[:length]


def megabytes_of_a_fresh_process() -> float:
    """Return by how much words, rules and a first refusal raise the resident memory of a new Python process."""
    script = (
        "import dataclasses, enum, hashlib, json, pathlib, re, tomllib, unicodedata\n"
        "def held(): return int(pathlib.Path('/proc/self/statm').read_text().split()[1]) * 4096 / 2**20\n"
        "before = held()\n"
        "from app.domain.screening import screen\n"
        "screen('El señor no tiene papeles, apt 7, 505-555-0198, es de Honduras')\n"
        "print(held() - before)\n"
    )
    return float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)


def main(*, full: bool = False) -> bool:
    """Print the figures; return whether each keeps its bound."""
    begin = process_time()
    make_ready()
    print(f"The screen {SCREEN_VERSION}: words and rules load in {process_time() - begin:.2f} s of processor time")
    held = []
    for name, note in NOTES.items():
        short, long = of_length(note, SHORT), of_length(note, LONG)
        screen(long)  # rules are compiled at their first use
        repeats = 8 if full else 4  # few at a time and many rounds: the least is that of an undisturbed moment
        taken, plain, longer = least(
            partial(microseconds, screen, short, repeats),
            partial(microseconds, reference, short, 10 * repeats),
            partial(microseconds, screen, long, 1),
        )
        grown = longer / taken
        held += [taken / plain <= MOST_TIMES_REFERENCE, grown <= MOST_TIMES_FOR_FOUR_TIMES_THE_LENGTH]
        print(
            f"  {name}, {SHORT} characters: {taken:.0f} µs, {taken / plain:.1f} times the reference of {plain:.1f} µs"
            f" (at most {MOST_TIMES_REFERENCE:.0f}); {LONG:,} characters take {grown:.1f} times as long"
            f" (at most {MOST_TIMES_FOR_FOUR_TIMES_THE_LENGTH:.0f})"
        )
    growths = {}
    for name, piece in HOSTILE.items():
        short, long = of_length(piece, SHORT), of_length(piece, LONG)
        screen(long)
        brief, lengthy = least(
            partial(microseconds, screen, short, 8), partial(microseconds, screen, long, 2), rounds=5
        )
        growths[name] = lengthy / brief
    worst = max(growths, key=lambda name: growths[name])
    held.append(growths[worst] <= MOST_TIMES_FOR_FOUR_TIMES_THE_LENGTH)
    print(
        f"  {len(HOSTILE)} hostile texts of {LONG:,} characters take {statistics.median(growths.values()):.1f} times"
        f" {SHORT} characters in the middle, {growths[worst]:.1f} times at the worst ({worst})"
    )
    memory = megabytes_of_a_fresh_process()
    held.append(memory < MOST_MEGABYTES)
    print(f"  memory: {memory:.1f} MB (less than {MOST_MEGABYTES:.0f})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  this process at its peak: {peak:.0f} MB")
    return all(held)


if __name__ == "__main__":
    sys.exit(0 if main(full="--full" in sys.argv) else 1)
