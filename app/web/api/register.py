"""The data register, for everybody: every stored field, why it is kept, for how long, whether it is published."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.service.read_data_register import Periods, StoredField, Words, read_data_register
from app.web.access import PUBLIC, allowed
from app.web.documented import example, problems
from app.web.fields import Output
from app.web.route import ContractRoute
from app.web.service import service_of

router = APIRouter(prefix="/v1/data-register", tags=["service"], route_class=ContractRoute)
# It changes with the settings and with a new version alone.
CACHED = "public, max-age=300"


class WordsView(Output):
    """A sentence in both languages."""

    en: str
    es: str

    @classmethod
    def of(cls, words: Words) -> "WordsView":
        """Show a sentence."""
        return cls(en=words.en, es=words.es)


class StoredFieldView(Output):
    """One stored field. `published_as` is null where nobody outside staff sees it; `sealed` where it is encrypted."""

    store: str
    place: str
    field: str
    why: WordsView
    kept: WordsView
    published: bool
    published_as: WordsView | None
    sealed: bool

    @classmethod
    def of(cls, stored: StoredField) -> "StoredFieldView":
        """Show a stored field."""
        return cls(
            store=stored.store,
            place=stored.place,
            field=stored.field,
            why=WordsView.of(stored.why),
            kept=WordsView.of(stored.kept),
            published=stored.published,
            published_as=WordsView.of(stored.published_as) if stored.published_as else None,
            sealed=stored.sealed,
        )


class DataRegisterView(Output):
    """Every stored field: the columns of each table, what is sealed, files, log lines."""

    items: list[StoredFieldView]


_EXAMPLE = {
    "items": [
        {
            "store": "table",
            "place": "inquiry",
            "field": "asked_at",
            "why": {
                "en": "When the person asked; how long an answer took is counted from it.",
                "es": "Cuándo preguntó la persona; desde ahí se cuenta cuánto tardó la respuesta.",
            },
            "kept": {
                "en": "With the log, which has no end date.",
                "es": "Junto con el registro, que no tiene fecha de término.",
            },
            "published": True,
            "published_as": {
                "en": "In the public log, cut to the minute, 24 hours after it happened.",
                "es": "En el registro público, sin los segundos, 24 horas después de que ocurrió.",
            },
            "sealed": False,
        }
    ]
}


@router.get(
    "",
    summary="Read what is stored, why and for how long",
    response_model=DataRegisterView,
    responses={200: example(_EXAMPLE, "Every stored field, with the periods that are set."), **problems()},
)
@allowed(PUBLIC)
async def data_register(request: Request) -> Response:
    """Return every stored field: why it is kept, for how long, and whether and how coarsely it is published."""
    settings = service_of(request).settings
    periods = Periods(settings.policy.retention, settings.publication_delay, settings.checkpoint_interval)
    register = read_data_register(periods)
    view = DataRegisterView(items=[StoredFieldView.of(each) for each in register])
    headers = {"Cache-Control": CACHED, "Access-Control-Allow-Origin": "*"}
    return Response(view.model_dump_json(), headers=headers, media_type="application/json")
