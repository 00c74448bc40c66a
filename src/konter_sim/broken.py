"""Broken answers: connections that end in the middle, and a proxy that speaks for its upstream."""

from typing import Final

from aiohttp import web

BAD_GATEWAY: Final = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>"
)


async def cut(request: web.Request, body: bytes, content_type: str) -> web.StreamResponse:
    """Promise a whole body, send half of it, reset the connection."""
    response = web.StreamResponse(headers={"Content-Type": content_type})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    hang_up(request)
    return response


def hang_up(request: web.Request) -> web.StreamResponse:
    """Drop the connection; the response returned can no longer be sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
