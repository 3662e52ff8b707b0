"""Every status has an answer in both languages; it says who was asked and claims no more than was said."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answer import Facts, answer_for
from app.domain.call import Agency
from app.domain.inquiry import WithdrawalReason
from app.domain.status import SETTLED, Status
from tests.builders import AT

CASES = [
    Facts(Status.OPEN),
    Facts(Status.OPEN, unanswered=1, ended=1),
    Facts(Status.CALLING),
    Facts(Status.AWAITING_ICE, ended=1),
    *(Facts(Status.CONFIRMED, agency=agency, told_at=AT, ended=1) for agency in Agency),
    *(Facts(Status.NOT_ICE, agency=agency, told_at=AT, ended=1) for agency in Agency),
    *(Facts(Status.UNCONFIRMED, agency=agency, told_at=AT, declined=True, ended=1) for agency in Agency),
    Facts(Status.UNCONFIRMED, unanswered=3, ended=3),
    *(Facts(Status.WITHDRAWN, withdrawn_reason=reason) for reason in WithdrawalReason),
]
TOLD = [facts for facts in CASES if facts.told_at]
SPOKEN_OF = {
    Agency.ERO: ("ICE (ERO)", "ICE (ERO)"),
    Agency.HSI: ("ICE (HSI)", "ICE (HSI)"),
    Agency.CBP: ("Customs and Border Protection (CBP)", "La agencia de Aduanas y Protección Fronteriza (CBP)"),
    Agency.OTHER: ("The federal agency that APD reached", "La agencia federal con la que APD habló"),
    Agency.UNSPECIFIED: ("ICE told", "ICE le dijo"),
}
SPEAKS_FOR = {
    Agency.CBP: ("CBP can speak only for CBP", "CBP solo puede hablar por CBP"),
    Agency.OTHER: ("it can speak only for itself", "solo puede hablar por sí misma"),
}
ICE_SPEAKS_FOR = ("ICE can speak only for ICE", "ICE solo puede hablar por ICE")


def name_of(facts):
    words = [facts.status.value, facts.agency, facts.withdrawn_reason, "called" if facts.ended else None]
    return "-".join(str(word) for word in words if word)


every_case = pytest.mark.parametrize("facts", CASES, ids=name_of)
every_told_case = pytest.mark.parametrize("facts", TOLD, ids=name_of)


def test_the_cases_leave_no_status_out():
    assert {facts.status for facts in CASES} == set(Status)


@every_case
def test_an_answer_is_a_few_plain_sentences_in_both_languages(facts):
    answer = answer_for(facts)
    for text in (answer.en, answer.es):
        assert 60 < len(text) < 420
        assert text.endswith(".")
        assert text == " ".join(text.split())
        assert "None" not in text
        assert "{" not in text
    assert answer.en != answer.es


@every_case
def test_an_answer_says_what_to_do_in_an_emergency(facts):
    answer = answer_for(facts)
    assert "call 911" in answer.en
    assert "llame al 911" in answer.es


@every_case
def test_an_answer_says_what_the_police_do_or_did(facts):
    answer = answer_for(facts)
    assert "APD" in answer.en
    assert "APD" in answer.es


@every_case
def test_only_a_confirmed_answer_says_that_it_is_immigration_enforcement(facts):
    answer = answer_for(facts)
    for claim in ("that federal agents are conducting", "que agentes federales están llevando"):
        assert (claim in answer.en + answer.es) is (facts.status is Status.CONFIRMED)


@every_case
def test_that_ice_has_not_answered_is_said_only_before_it_is_settled(facts):
    answer = answer_for(facts)
    waiting = ("has not answered", "will call again", "is waiting", "is calling", "will ask")
    en_espera = ("no ha respondido", "volverá a llamar", "espera la respuesta", "está llamando a ICE", "le preguntará")
    may_wait = facts.status not in SETTLED and facts.status is not Status.WITHDRAWN
    assert any(words in answer.en for words in waiting) is may_wait
    assert any(words in answer.es for words in en_espera) is may_wait


@every_case
def test_what_is_neither_a_yes_nor_a_no_is_said_to_be(facts):
    answer = answer_for(facts)
    undecided = facts.status in {Status.UNCONFIRMED, Status.AWAITING_ICE} or (
        facts.status is Status.OPEN and facts.ended
    )
    assert ("neither" in answer.en) is bool(undecided)
    assert ("ni que sí ni que no" in answer.es or "ni un sí ni un no" in answer.es) is bool(undecided)


@every_told_case
def test_a_settled_answer_says_who_spoke_and_when(facts):
    answer = answer_for(facts)
    english, spanish = SPOKEN_OF[facts.agency]
    if facts.status is Status.UNCONFIRMED:
        english, spanish = english.replace(" told", " declined"), spanish.replace(" le dijo", " no quiso decirle")
    assert answer.en.startswith(english)
    assert answer.es.startswith(spanish)
    assert " at 11:04 on January 31, 2026" in answer.en
    assert " a las 11:04 del 31 de enero de 2026" in answer.es


@pytest.mark.parametrize("facts", [each for each in TOLD if each.status is not Status.UNCONFIRMED], ids=name_of)
def test_a_yes_and_a_no_say_what_the_agency_can_speak_for(facts):
    answer = answer_for(facts)
    english, spanish = SPEAKS_FOR.get(facts.agency, ICE_SPEAKS_FOR)
    assert english.casefold() in answer.en.casefold()
    assert spanish.casefold() in answer.es.casefold()


@pytest.mark.parametrize("agency", Agency)
def test_a_no_of_one_agency_says_that_it_may_be_another_and_speaks_of_impersonation(agency):
    answer = answer_for(Facts(Status.NOT_ICE, agency=agency, told_at=AT, ended=1))
    assert "It may be another agency" in answer.en
    assert "Puede ser otra agencia" in answer.es
    assert "impersonating an officer" in answer.en
    assert "haciendo pasar por oficial" in answer.es


@pytest.mark.parametrize("agency", [Agency.CBP, Agency.OTHER])
def test_the_no_of_another_agency_is_not_told_as_one_of_ice(agency):
    answer = answer_for(Facts(Status.NOT_ICE, agency=agency, told_at=AT, ended=1))
    assert "ICE" not in answer.en + answer.es


@given(times=st.integers(3, 40))
def test_the_calls_that_nobody_answered_are_counted(times):
    answer = answer_for(Facts(Status.UNCONFIRMED, unanswered=times, ended=times + 1))
    assert f"called ICE {times} times" in answer.en
    assert f"llamó a ICE {times} veces" in answer.es


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        (datetime(2026, 1, 31, 8, 5, tzinfo=UTC), "at 01:05 on January 31, 2026", "a la 01:05 del 31 de enero de 2026"),
        (datetime(2026, 7, 4, 7, 59, tzinfo=UTC), "at 01:59 on July 4, 2026", "a la 01:59 del 4 de julio de 2026"),
        (datetime(2026, 7, 4, 6, 0, tzinfo=UTC), "at 00:00 on July 4, 2026", "a las 00:00 del 4 de julio de 2026"),
        (datetime(2026, 7, 4, 19, 1, tzinfo=UTC), "at 13:01 on July 4, 2026", "a las 13:01 del 4 de julio de 2026"),
        # the last minute of winter time, the first of summer time
        (datetime(2026, 3, 8, 8, 59, tzinfo=UTC), "at 01:59 on March 8, 2026", "a la 01:59 del 8 de marzo de 2026"),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), "at 03:00 on March 8, 2026", "a las 03:00 del 8 de marzo de 2026"),
        # the hour that comes twice
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "at 01:30 on November 1", "a la 01:30 del 1 de noviembre"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "at 01:30 on November 1", "a la 01:30 del 1 de noviembre"),
        (datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "at 02:30 on November 1", "a las 02:30 del 1 de noviembre"),
        # a day earlier than in UTC
        (datetime(2027, 1, 1, 6, 59, tzinfo=UTC), "at 23:59 on December 31, 2026", "del 31 de diciembre de 2026"),
    ],
)
def test_times_are_those_of_albuquerque(at, english, spanish):
    answer = answer_for(Facts(Status.CONFIRMED, agency=Agency.ERO, told_at=at, ended=1))
    assert english in answer.en
    assert spanish in answer.es


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_spanish_name(month):
    months = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    at = datetime(2026, month, 15, 20, tzinfo=UTC)
    answer = answer_for(Facts(Status.CONFIRMED, agency=Agency.ERO, told_at=at, ended=1))
    assert f" del 15 de {months.split()[month - 1]} de 2026" in answer.es


@every_told_case
def test_without_a_time_that_is_certain_none_is_named(facts):
    without = Facts(facts.status, agency=facts.agency, declined=facts.declined, ended=facts.ended)
    answer = answer_for(without)
    assert "2026" not in answer.en + answer.es
    assert ":04" not in answer.en + answer.es


@every_case
def test_a_correction_says_so_first_and_then_what_stands(facts):
    fields = {name: getattr(facts, name) for name in Facts.__slots__}
    corrected = answer_for(Facts(**{**fields, "corrected_at": datetime(2026, 2, 1, 8, 30, tzinfo=UTC)}))
    plain = answer_for(facts)
    english = "Correction at 01:30 on February 1, 2026: the earlier answer no longer stands. "
    spanish = "Corrección a la 01:30 del 1 de febrero de 2026: la respuesta anterior ya no es válida. "
    assert corrected.en == english + plain.en
    assert corrected.es == spanish + plain.es


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_a_withdrawn_question_is_told_why_in_words(reason):
    answer = answer_for(Facts(Status.WITHDRAWN, withdrawn_reason=reason))
    assert "withdrawn" in answer.en
    assert "se retiró" in answer.es
    assert reason.value not in answer.en + answer.es
    others = {answer_for(Facts(Status.WITHDRAWN, withdrawn_reason=other)).es for other in WithdrawalReason}
    assert len(others) == len(WithdrawalReason)


# Words of these answers that are wrong without their accent, and familiar forms where the answers say usted.
WITHOUT_ACCENT = """accion contesto aun estan llamo dejo habia proteccion todavia registro dira volvera preguntara
    peticion hara hablo ningun correccion valida retiro"""
FAMILIAR = {"tu", "tus", "te", "ti", "tú", "llama", "crees", "puedes", "quieras", "eres", "preguntas", "tienes"}


@every_case
def test_the_spanish_has_its_accents_and_says_usted(facts):
    corrected = Facts(**{**{name: getattr(facts, name) for name in Facts.__slots__}, "corrected_at": AT})
    words = {word.strip(".,:;()").casefold() for word in answer_for(corrected).es.split()}
    assert not words & set(WITHOUT_ACCENT.split())
    assert not words & FAMILIAR
    assert unicodedata.is_normalized("NFC", answer_for(corrected).es)


@every_case
def test_a_question_is_spoken_of_as_yours_in_english_and_as_usteds_in_spanish(facts):
    answer = answer_for(facts)
    if "your question" in answer.en:
        assert "su pregunta" in answer.es


def test_no_two_cases_are_answered_alike():
    texts = [(answer.en, answer.es) for answer in map(answer_for, CASES)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("agency", Agency)
@pytest.mark.parametrize("status", SETTLED)
def test_the_two_languages_name_the_same_agency(status, agency):
    answer = answer_for(Facts(status, agency=agency, declined=True, ended=1))
    for name in ("(ERO)", "(HSI)", "(CBP)"):
        assert (name in answer.en) is (name in answer.es)
