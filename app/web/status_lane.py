"""The lane for statuses by receipt: in front of the framework.

After an event that is talked about everybody looks up at once. A look-up that finds its receipt is answered here, about
twice as fast as by the route; all else (unknown receipts, one look-up too many, a database that cannot be had) is
the route's to answer, so that what is refused is refused in one place.
"""

from starlette.requests import HTTPConnection
from starlette.types import Scope

from app.domain.receipt import read_receipt
from app.store.point_reads import ReceiptStatus
from app.store.writer import DatabaseUnavailable
from app.web.api import status
from app.web.public_lane import Answer
from app.web.service import Service

_BEFORE = f"{status.PREFIX}/"
_ROUTE = status.router.routes[0]
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in status.HEADERS.items()]
_HEADERS.append((b"content-type", status.MEDIA_TYPE.encode()))


class StatusLane:
    """Looks statuses up; `Front` sends what it returns."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, scope: Scope) -> Answer | None:
        """Return the answer to a look-up that finds something, None for everything else."""
        found = self._found(scope) if scope["path"].startswith(_BEFORE) else None
        if found is None or not self._service.limits.may_look_up(HTTPConnection(scope)):
            return None
        body = status.told(found)
        return Answer(_ROUTE, 200, [*_HEADERS, (b"content-length", b"%d" % len(body))], body)

    def _found(self, scope: Scope) -> ReceiptStatus | None:
        """Return what a plain look-up finds where it can be read in place."""
        reads = self._service.point_reads
        if scope["method"] != "GET" or scope["query_string"] or not reads.in_place:
            return None
        receipt = read_receipt(scope["path"].removeprefix(_BEFORE))
        try:
            return reads.status(receipt) if receipt is not None else None
        except DatabaseUnavailable:
            return None  # the route will say so
