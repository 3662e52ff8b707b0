"""The dispatchers' console, all of its pages. The last one answers for addresses that are none."""

from fastapi import APIRouter

from app.web.pages import (
    console_asking,
    console_inquiry,
    console_lists,
    console_notices,
    console_queue,
    console_sign_in,
)

router = APIRouter(include_in_schema=False)
for part in (console_sign_in, console_inquiry, console_lists, console_notices, console_asking, console_queue):
    router.include_router(part.router)
