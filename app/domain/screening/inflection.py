"""Knows Spanish verbs by stem and ending, so that one entry ("tramit/ar") stands for every person, tense and pronoun.

Written out, the verbs of the data files would be a hundred thousand words; here each is one stem, and a word that no
list holds is cut at each ending that it can have. The same for diminutives, and for endings that make everyday words
and hardly ever a name ("-miento", "-ando", "-ness"), so that an unknown word need not be taken for somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ONE_PRONOUN = ("lo", "la", "los", "las", "le", "les", "se", "me", "te", "nos")
_PRONOUNS = (
    *_ONE_PRONOUN,
    *(f"{who}{what}" for who in ("se", "me", "te", "nos") for what in ("lo", "la", "los", "las")),
)
_AR = """
    o as a amos an aba abas abamos aban e aste o amos aron are aras ara aremos aran aria arias ariamos arian
    es emos en aramos ase ases asemos asen ar ando ado ada ados adas
"""
_AR_BEFORE_PRONOUNS = "ar ando e en a emos"
_ER_IR = """
    o es e emos imos en ia ias iamos ian i iste io imos ieron yo yeron as a amos an iera ieras ieramos ieran iese iesen
    iendo yendo ido ida idos idas iste yera yeran jo jeron jera jeran
"""
_ER_IR_BEFORE_PRONOUNS = "{kind} iendo yendo e a an amos"
_FUTURE = "e as a emos an ia ias iamos ian"


def _endings(kind: str) -> Iterator[tuple[str, bool]]:
    """Yield the endings of "ar", "er" or "ir", and of each whether a pronoun hangs on it."""
    plain, before = (_AR, _AR_BEFORE_PRONOUNS) if kind == "ar" else (_ER_IR, _ER_IR_BEFORE_PRONOUNS.format(kind=kind))
    yield from ((ending, False) for ending in (kind, *plain.split()))
    yield from ((kind + ending, False) for ending in _FUTURE.split())
    yield from ((ending + pronoun, True) for ending in before.split() for pronoun in _PRONOUNS)


VERB_KINDS = ("ar", "er", "ir")
_NO_PRONOUN = "!"  # after a verb's ending in a data file: only the forms without a pronoun at the end
_KINDS_BY_ENDING: dict[str, set[str]] = {}
for _kind in VERB_KINDS:
    for _ending, _with_pronoun in _endings(_kind):
        _kinds = _KINDS_BY_ENDING.setdefault(_ending, set())
        _kinds.add(_kind)
        if not _with_pronoun:
            _kinds.add(_kind + _NO_PRONOUN)
_LONGEST_ENDING = max(map(len, _KINDS_BY_ENDING))
_SHORTEST_STEM = 2

_SPELLED_BEFORE_E = {"ar": (("gu", "gü"), ("c", "qu"), ("g", "gu"), ("z", "c"))}
_SPELLED_BEFORE_O = dict.fromkeys(("er", "ir"), (("gu", "g"), ("qu", "c"), ("c", "zc"), ("c", "z"), ("g", "j")))
_VOWELS_THAT_CHANGE = {
    "ar": (("e", "ie"), ("o", "ue"), ("u", "ue")),
    "er": (("e", "ie"), ("o", "ue")),
    "ir": (("e", "ie"), ("e", "i"), ("o", "ue"), ("o", "u")),
}

_DIMINUTIVES = ("ecit", "cit", "it", "ill")
_EVERYDAY_ENDINGS = """
    mente cion ciones sion siones miento mientos idad idades aron ieron aban abamos iendo andose iendose andolo andola
    andolos andolas andole andoles andonos iendolo iendola iendolos iendolas iendole iendoles arlo arla arlos arlas
    arle arles arse arnos arme erlo erla erlos erlas erle erles erse irlo irla irlos irlas irle irles irse adores
    adoras adora ancia encia ancias encias azos able ables ible ibles istas ieran aramos arian erian irian aria aremos
    ing ings tion tions sion sions ness ment ments able ible ful less ized izing ised ising edly ingly ously ically
    ability ibility ished ated ating ates ative atively ology ward wards ders ters kers pers ners lers gers ors ies
    isms ists cks lls ages oards ooms ools ights backs boxes ches shes tops
"""
EVERYDAY_ENDINGS = tuple(_EVERYDAY_ENDINGS.split())
SHORTEST_BY_ENDING = 7  # letters; shorter words with such an ending may be names ("Ming", "Ling")
_VERB_WITH_PRONOUN = (
    "arla",
    "arlas",
    "arlo",
    "arlos",
    "erla",
    "erlas",
    "erlo",
    "erlos",
    "irla",
    "irlas",
    "irlo",
    "irlos",
)
_SHORTEST_VERB_WITH_PRONOUN = 6  # letters: "leerla"; "Karla" and "Perla" are names

# What an ending tells of a word that is no name: that somebody does it for a living or is it (DOER), that it is a form
# of a verb or an adverb (ACTING), that it is of several (PLURAL). A people's word before a plain thing's speaks of it.
_DOER_ENDINGS = """
    er or ist ian eer man woman boy girl hand mate folk ero era dor dora ista ante ente ant ee
"""
_DOERS = ("men", "women", "folks", *(ending + plural for ending in _DOER_ENDINGS.split() for plural in ("", "s", "es")))
_ACTING = (
    *("ed", "ing", "ly", "aron", "ieron", "aban", "ian", "ando", "iendo", "ado", "ada", "ados", "adas", "ido", "ida"),
    *("idos", "idas", "mente"),
)


def kinds_by_ending(word: str) -> tuple[str, ...]:
    """Return which of DOER, ACTING and PLURAL a word's ending makes it."""
    kind = ("DOER",) if word.endswith(_DOERS) else ("ACTING",) if word.endswith(_ACTING) else ()
    return (*kind, "PLURAL") if word[-1] == "s" and word[-2:] != "ss" else kind


def is_everyday_by_ending(word: str) -> bool:
    """Return whether a word in small letters has an ending that names hardly have."""
    if len(word) >= SHORTEST_BY_ENDING and word.endswith(EVERYDAY_ENDINGS):
        return True
    return len(word) >= _SHORTEST_VERB_WITH_PRONOUN and word.endswith(_VERB_WITH_PRONOUN)


def spellings(stem: str, kind: str, *, vowels: bool) -> Iterator[str]:
    """Yield a verb's stem as it is spelled before other endings: "busc" and "busqu"; "pens" and "piens" with vowels."""
    stems = {stem}
    for old, new in (*_SPELLED_BEFORE_E.get(kind, ()), *_SPELLED_BEFORE_O.get(kind, ())):
        if stem.endswith(old):
            stems.add(stem[: -len(old)] + new)
    if vowels:
        last = max((stem.rfind(vowel) for vowel in "aeiou"), default=-1)
        for old, new in _VOWELS_THAT_CHANGE[kind]:
            if last >= 0 and stem[last] == old:
                stems |= {known[:last] + new + known[last + 1 :] for known in tuple(stems)}
    yield from stems


class Inflections:
    """The stems of verbs, each with what its forms are."""

    def __init__(self, verbs: Iterable[tuple[str, str, frozenset[str]]]) -> None:
        """Take stem, kind ("ar", "ir!") and classes of each verb of the data files."""
        self._classes: dict[str, dict[str, frozenset[str]]] = {}
        for stem, kind, classes in verbs:
            for spelled in spellings(stem, kind[:2], vowels="VOCABULARY" in classes):
                kinds = self._classes.setdefault(spelled, {})
                kinds[kind] = kinds.get(kind, classes) | classes
        self._signs: dict[str, tuple[tuple[str, int], ...]] = {}

    def classes_of(self, word: str) -> frozenset[str]:
        """Return all that a word can be as a form of some verb."""
        found: frozenset[str] = frozenset()
        for stem, kinds in self._cuts(word):
            known = self._classes.get(stem)
            if known is not None:
                for kind, classes in known.items():
                    if kind in kinds:
                        found |= classes
        return found

    def give_signs(self, sign_of: Callable[[Iterable[str]], int]) -> None:
        """Replace classes by their signs; after it only `sign_of_form` may be asked."""
        for stem, kinds in self._classes.items():
            # A verb that tells something comes before an everyday one.
            ordered = sorted(kinds.items(), key=lambda known: (-len(known[1]), known[0]))
            self._signs[stem] = tuple((kind, sign_of(classes | {"VERBFORM"})) for kind, classes in ordered)
        self._classes = {}

    def sign_of_form(self, word: str) -> int | None:
        """Return the sign of a verb's form, or None for a word that is the form of no known verb."""
        signs = self._signs
        for stem, kinds in self._cuts(word):
            known = signs.get(stem)
            if known is not None:
                for kind, sign in known:
                    if kind in kinds:
                        return sign
        return None

    @staticmethod
    def _cuts(word: str) -> Iterator[tuple[str, set[str]]]:
        for length in range(1, min(_LONGEST_ENDING, len(word) - _SHORTEST_STEM) + 1):
            kinds = _KINDS_BY_ENDING.get(word[-length:])
            if kinds is not None:
                yield word[:-length], kinds


def without_diminutive(word: str) -> tuple[str, ...]:
    """Return the words that a diminutive can come from ("carrito": carro, carra, carr); none for another word."""
    bare = word.removesuffix("s")
    for ending in _DIMINUTIVES:
        if bare[:-1].endswith(ending) and bare[-1] in "oa":
            stem = bare[: -1 - len(ending)]
            if len(stem) > _SHORTEST_STEM:
                return tuple(stem + vowel for vowel in (bare[-1], "", "e", "o", "a"))
    return ()
