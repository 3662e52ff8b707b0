"""The sentence that an asker is given for a status: written once, into the event that changed the status.

It says who was asked, what that agency can speak for, and what to do in an emergency. It claims no more than was said.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.call import Agency
from app.domain.moment import DENVER
from app.domain.status import Status

_ENFORCEMENT_EN = "federal agents are conducting immigration enforcement there"
_ENFORCEMENT_ES = "agentes federales están llevando a cabo un operativo de inmigración en ese lugar"

_DANGER_EN = "If anyone is in danger, call 911."
_DANGER_ES = "Si alguien está en peligro, llame al 911."
_IMPERSONATION_EN = "If you think that someone is impersonating an officer, or if anyone is in danger, call 911."
_IMPERSONATION_ES = (
    "Si cree que alguien se está haciendo pasar por oficial, o si alguien está en peligro, llame al 911."
)

_MONTHS_ES = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()  # noqa: SIM905  # a list for people to read
)

_WITHDRAWN_EN = {
    "by_asker": "as the asker wished",
    "duplicate": "since the same question had been logged already",
    "outside_city": "since the place is outside Albuquerque",
    "entered_in_error": "since it had been entered by mistake",
}
_WITHDRAWN_ES = {
    "by_asker": "a petición de quien preguntó",
    "duplicate": "porque la misma pregunta ya estaba registrada",
    "outside_city": "porque el lugar está fuera de Albuquerque",
    "entered_in_error": "porque se registró por error",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in both languages."""

    en: str
    es: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer may speak of.

    `agency` spoke on the call that the status rests on, at `told_at` (None where a correction left that open).
    `unanswered` counts the calls that nobody answered; `ended` all that have an outcome. `corrected_at` is set where a
    correction brought the answer about; `withdrawn_reason` is a word of the contract.
    """

    status: Status
    agency: Agency | None = None
    told_at: datetime | None = None
    declined: bool = False
    unanswered: int = 0
    ended: int = 0
    corrected_at: datetime | None = None
    withdrawn_reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Spoke:
    """How an agency is spoken of: `name` said it; whether an operation is `its`; it can speak for `itself`."""

    name_en: str
    name_es: str
    its_en: str
    its_es: str
    itself_en: str
    itself_es: str


_ICE_ITSELF = ("an ICE operation", "un operativo de ICE", "ICE can speak only for ICE", "ICE solo puede hablar por ICE")
_SPOKE = {
    Agency.ERO: _Spoke("ICE (ERO)", "ICE (ERO)", *_ICE_ITSELF),
    Agency.HSI: _Spoke("ICE (HSI)", "ICE (HSI)", *_ICE_ITSELF),
    Agency.UNSPECIFIED: _Spoke("ICE", "ICE", *_ICE_ITSELF),
    Agency.CBP: _Spoke(
        "Customs and Border Protection (CBP)",
        "La agencia de Aduanas y Protección Fronteriza (CBP)",
        "a CBP operation",
        "un operativo de CBP",
        "CBP can speak only for CBP",
        "CBP solo puede hablar por CBP",
    ),
    Agency.OTHER: _Spoke(
        "The federal agency that APD reached",
        "La agencia federal con la que APD habló",
        "an operation of its own",
        "un operativo suyo",
        "it can speak only for itself",
        "solo puede hablar por sí misma",
    ),
}


def answer_for(facts: Facts) -> Answer:
    """Return the answer for a status, in English and Spanish, with times in America/Denver."""
    answer = _answer(facts)
    if facts.corrected_at is None:
        return answer
    return Answer(
        en=f"Correction{_at_en(facts.corrected_at)}: the earlier answer no longer stands. {answer.en}",
        es=f"Corrección{_at_es(facts.corrected_at)}: la respuesta anterior ya no es válida. {answer.es}",
    )


def counts_unanswered(answer: Answer, calls: int) -> bool:
    """Tell whether an answer says that so many calls to ICE were not answered."""
    return f"called ICE {calls} times" in answer.en


def _answer(facts: Facts) -> Answer:  # noqa: PLR0911  # one for each status
    spoke = _SPOKE[facts.agency or Agency.UNSPECIFIED]
    at_en, at_es = _at_en(facts.told_at), _at_es(facts.told_at)
    match facts.status:
        case Status.OPEN if facts.ended == 0:
            return Answer(
                en=f"APD has logged your question and will ask ICE whether {_ENFORCEMENT_EN}. ICE has not answered yet."
                f" {_DANGER_EN}",
                es=f"APD registró su pregunta y le preguntará a ICE si {_ENFORCEMENT_ES}. ICE todavía no ha respondido."
                f" {_DANGER_ES}",
            )
        case Status.OPEN:
            return Answer(
                en=f"APD called ICE and has had no answer; APD will call again. ICE has said neither yes nor no."
                f" {_DANGER_EN}",
                es=f"APD llamó a ICE y no obtuvo respuesta; APD volverá a llamar. ICE no ha dicho ni que sí ni que no."
                f" {_DANGER_ES}",
            )
        case Status.CALLING:
            return Answer(
                en=f"APD is calling ICE to ask whether {_ENFORCEMENT_EN}. ICE has not answered yet. {_DANGER_EN}",
                es=f"APD está llamando a ICE para preguntar si {_ENFORCEMENT_ES}. ICE todavía no ha respondido."
                f" {_DANGER_ES}",
            )
        case Status.AWAITING_ICE:
            return Answer(
                en="APD left a message with ICE and is waiting for an answer. ICE has said neither yes nor no."
                f" {_DANGER_EN}",
                es="APD le dejó un mensaje a ICE y espera la respuesta. ICE no ha dicho ni que sí ni que no."
                f" {_DANGER_ES}",
            )
        case Status.CONFIRMED:
            return Answer(
                en=f"{spoke.name_en} told APD{at_en} that {_ENFORCEMENT_EN}. {_capital(spoke.itself_en)}. APD cannot"
                f" interfere with it. {_DANGER_EN}",
                es=f"{spoke.name_es} le dijo a APD{at_es} que {_ENFORCEMENT_ES}. {_capital(spoke.itself_es)}. APD no"
                f" puede interferir. {_DANGER_ES}",
            )
        case Status.NOT_ICE:
            return Answer(
                en=f"{spoke.name_en} told APD{at_en} that this is not {spoke.its_en}. It may be another agency:"
                f" {spoke.itself_en}. {_IMPERSONATION_EN}",
                es=f"{spoke.name_es} le dijo a APD{at_es} que no se trata de {spoke.its_es}. Puede ser otra agencia:"
                f" {spoke.itself_es}. {_IMPERSONATION_ES}",
            )
        case Status.UNCONFIRMED if facts.declined:
            return Answer(
                en=f"{spoke.name_en} declined{at_en} to tell APD whether {_ENFORCEMENT_EN}. That is neither a yes nor a"
                f" no. {_DANGER_EN}",
                es=f"{spoke.name_es} no quiso decirle a APD{at_es} si {_ENFORCEMENT_ES}. Eso no es ni un sí ni un no."
                f" {_DANGER_ES}",
            )
        case Status.UNCONFIRMED:
            return Answer(
                en=f"APD called ICE {facts.unanswered} times and nobody answered. That is neither a yes nor a no."
                f" {_DANGER_EN}",
                es=f"APD llamó a ICE {facts.unanswered} veces y nadie contestó. Eso no es ni un sí ni un no."
                f" {_DANGER_ES}",
            )
        case Status.WITHDRAWN:
            reason = facts.withdrawn_reason or "by_asker"
            return Answer(
                en=f"This question was withdrawn, {_WITHDRAWN_EN[reason]}. APD does nothing more about it; you can ask"
                f" again at any time. {_DANGER_EN}",
                es=f"Esta pregunta se retiró, {_WITHDRAWN_ES[reason]}. APD no hará nada más al respecto; puede volver a"
                f" preguntar cuando quiera. {_DANGER_ES}",
            )


def _at_en(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(DENVER)
    return f" at {local:%H:%M} on {local:%B} {local.day}, {local.year}"


def _at_es(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(DENVER)
    article = "la" if local.hour == 1 else "las"
    return f" a {article} {local:%H:%M} del {local.day} de {_MONTHS_ES[local.month - 1]} de {local.year}"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
