"""Every problem type that the service answers with: its status code, title, and what to do about it.

Each has a page of its own under `/problems/`, in English and Spanish; the titles stand in the answers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One problem type (RFC 9457). `help_*` says what it means and what to do."""

    slug: str
    status: int
    title: str
    help_en: str
    title_es: str
    help_es: str


_TYPES = (
    ProblemType(
        "invalid-request",
        422,
        "The request cannot be used as it is",
        "A field is missing, unknown or of the wrong form, or the body is not JSON. `errors` names each field by its"
        " JSON pointer and says how to mend it. Mend them and send the request again; nothing of it was stored.",
        "La solicitud no se puede usar tal como está",
        "Falta un campo, no se conoce o tiene otra forma, o el cuerpo no es JSON. `errors` nombra cada campo y dice"
        " cómo corregirlo. Corríjalo y vuelva a enviar la solicitud; no se guardó nada de ella.",
    ),
    ProblemType(
        "not-collected",
        422,
        "This service never collects that",
        "A field asks for a name, for immigration or citizenship status, for nationality, race, ethnicity, language, or"
        " for a number or date that identifies somebody. The service has no place for it, on purpose. Leave the field"
        " out of the form or program and send the rest again; nothing of it was stored.",
        "Este servicio nunca recaba ese dato",
        "Un campo pide un nombre, la situación migratoria o ciudadanía, la nacionalidad, la raza, el origen étnico, el"
        " idioma, o un número o una fecha que identifica a alguien. El servicio no tiene lugar para eso, a propósito."
        " Quite el campo del formulario o programa y envíe lo demás; no se guardó nada.",
    ),
    ProblemType(
        "protected-detail",
        422,
        "A text tells what this service never keeps",
        "A free text tells who somebody is, where somebody comes from, or somebody's immigration status. `errors` says"
        " which passage (from `start` to `end`, in characters) to take out; say instead what the agents did. Nothing of"
        " the text was stored. For a question about immigration, turn to legal aid or to the City's Office of Immigrant"
        " and Refugee Affairs; this service cannot help with it.",
        "Un texto dice lo que este servicio nunca guarda",
        "Un texto dice quién es alguien, de dónde viene o cuál es su situación migratoria. `errors` dice qué parte hay"
        " que quitar (de `start` a `end`, en caracteres); diga más bien qué hicieron los agentes. No se guardó nada del"
        " texto. Si tiene una pregunta de inmigración, acuda a la asistencia legal o a la Oficina de Asuntos de"
        " Inmigrantes y Refugiados de la Ciudad; este servicio no puede ayudarle con eso.",
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "This Idempotency-Key belongs to another request",
        "The same key was sent before with another body. Send a new key for a new request; to repeat a request, send"
        " the same key with the same body.",
        "Esta Idempotency-Key pertenece a otra solicitud",
        "La misma clave ya se envió con otro cuerpo. Envíe una clave nueva para una solicitud nueva; para repetir una"
        " solicitud, envíe la misma clave con el mismo cuerpo.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "A valid token is needed",
        "Send `Authorization: Bearer` and a token that is neither revoked nor expired. A supervisor makes tokens.",
        "Se necesita un token válido",
        "Envíe `Authorization: Bearer` y un token que no esté revocado ni vencido. Los tokens los crea un supervisor.",
    ),
    ProblemType(
        "forbidden",
        403,
        "This token's role may not do that",
        "The token is good, but its role does not allow this. Use a token of the right role, or ask a supervisor.",
        "El rol de este token no permite hacer eso",
        "El token es válido, pero su rol no permite esto. Use un token con el rol adecuado o pregunte a un supervisor.",
    ),
    ProblemType(
        "not-found",
        404,
        "There is nothing here",
        "No such thing exists, it is not public yet, or it is not yours to see. Check the address, number or receipt;"
        " log entries appear after the publication delay.",
        "Aquí no hay nada",
        "No existe, todavía no es público o no le corresponde verlo. Revise la dirección, el número o el recibo; las"
        " entradas del registro aparecen después del plazo de publicación.",
    ),
    ProblemType(
        "method-not-allowed",
        405,
        "This address does not take that method",
        "The address exists, but not for this method. The header `Allow` lists those it takes.",
        "Esta dirección no acepta ese método",
        "La dirección existe, pero no para este método. El encabezado `Allow` enumera los que acepta.",
    ),
    ProblemType(
        "gone",
        410,
        "It was erased",
        "What was here was erased, as was promised when it was given. It cannot be had back.",
        "Se borró",
        "Lo que había aquí se borró, como se prometió cuando se recibió. No se puede recuperar.",
    ),
    ProblemType(
        "outcome-recorded",
        409,
        "This call has an outcome already",
        "Once recorded, an outcome stands. A supervisor can record a correction, which keeps both.",
        "Esta llamada ya tiene un resultado",
        "Una vez registrado, el resultado queda. Un supervisor puede registrar una corrección, que conserva ambos.",
    ),
    ProblemType(
        "no-outcome",
        409,
        "This call has no outcome yet",
        "There is nothing to correct. Record the call's outcome first.",
        "Esta llamada todavía no tiene resultado",
        "No hay nada que corregir. Registre primero el resultado de la llamada.",
    ),
    ProblemType(
        "inquiry-closed",
        409,
        "The inquiry is closed",
        "A withdrawn inquiry takes no call, claim or answer, and one that was ever settled cannot be withdrawn. Log a"
        " new inquiry, or have a supervisor correct the call.",
        "La consulta está cerrada",
        "Una consulta retirada no admite llamadas, asignaciones ni respuestas, y una que ya se resolvió no se puede"
        " retirar. Registre una consulta nueva o pida a un supervisor que corrija la llamada.",
    ),
    ProblemType(
        "call-too-old",
        409,
        "The call was placed too long ago",
        "What is seen now need not be what that call was about. Place a new call.",
        "La llamada se hizo hace demasiado tiempo",
        "Lo que se ve ahora puede no ser aquello por lo que se llamó. Haga una llamada nueva.",
    ),
    ProblemType(
        "already-claimed",
        409,
        "Somebody else is on it",
        "Another dispatcher has claimed this inquiry; `claimed_by` says who. Send `take` as true to take it over; that"
        " is recorded.",
        "Alguien más la está atendiendo",
        "Otro operador ya tomó esta consulta; `claimed_by` dice quién. Envíe `take` como true para tomarla usted; queda"
        " registrado.",
    ),
    ProblemType(
        "status-changed",
        409,
        "Another status stands now",
        "The status changed since you read it. Read the new answer to the asker, then mark it as told.",
        "Ahora hay otro estado",
        "El estado cambió desde que lo leyó. Léale la nueva respuesta a quien preguntó y después márquela como dada.",
    ),
    ProblemType(
        "no-contact",
        409,
        "No contact is on duty",
        "Name a contact by `contact_id`, or have a supervisor add or activate one.",
        "No hay ningún contacto de turno",
        "Nombre un contacto con `contact_id` o pida a un supervisor que agregue o active uno.",
    ),
    ProblemType(
        "request-in-progress",
        409,
        "The first request with this key is still running",
        "Wait a moment and send it again with the same key: you will get the first one's answer.",
        "La primera solicitud con esta clave sigue en curso",
        "Espere un momento y vuelva a enviarla con la misma clave: recibirá la respuesta de la primera.",
    ),
    ProblemType(
        "precondition-failed",
        412,
        "It has changed since you read it",
        "The `If-Match` header names an older state. Read it again, then decide.",
        "Cambió desde que usted lo leyó",
        "El encabezado `If-Match` nombra un estado anterior. Vuelva a leerlo y después decida.",
    ),
    ProblemType(
        "too-large",
        413,
        "The request is too large",
        "A body may have 64 KiB. Shorten it and send it again.",
        "La solicitud es demasiado grande",
        "El cuerpo puede tener hasta 64 KiB. Acórtelo y vuelva a enviarlo.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "The body must be JSON",
        "Send `Content-Type: application/json`, in UTF-8, not compressed.",
        "El cuerpo debe ser JSON",
        "Envíe `Content-Type: application/json`, en UTF-8, sin comprimir.",
    ),
    ProblemType(
        "rate-limited",
        429,
        "Too many requests",
        "Wait as many seconds as the header `Retry-After` says, then try again.",
        "Demasiadas solicitudes",
        "Espere los segundos que indica el encabezado `Retry-After` y vuelva a intentarlo.",
    ),
    ProblemType(
        "internal",
        500,
        "The service failed",
        "The fault is the service's. Try again with the same Idempotency-Key; if it stays, tell the operator the"
        " `instance`.",
        "El servicio falló",
        "La falla es del servicio. Vuelva a intentarlo con la misma Idempotency-Key; si continúa, dele al operador el"
        " valor de `instance`.",
    ),
    ProblemType(
        "unavailable",
        503,
        "The service cannot do that right now",
        "Nothing was stored. Wait as many seconds as the header `Retry-After` says, then send it again.",
        "El servicio no puede hacer eso en este momento",
        "No se guardó nada. Espere los segundos que indica el encabezado `Retry-After` y vuelva a enviarlo.",
    ),
    ProblemType(
        "outcome-unknown",
        503,
        "It is not known whether it was stored",
        "The database was lost while it was writing. Send the request again with the same Idempotency-Key: it is stored"
        " once, whichever it was.",
        "No se sabe si se guardó",
        "Se perdió la base de datos mientras escribía. Vuelva a enviar la solicitud con la misma Idempotency-Key: se"
        " guarda una sola vez, haya sido como haya sido.",
    ),
)

PROBLEM_TYPES = {each.slug: each for each in _TYPES}
