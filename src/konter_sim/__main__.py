"""`python -m konter_sim`: the upstreams of a counter, on this machine, for development."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

import msgspec

from konter_sim.desk import Options, running_desk
from konter_sim.digiflazz.options import MEANING


def main(argv: Sequence[str] | None = None) -> None:
    parser = _parser()
    given = vars(parser.parse_args(argv))
    host, port = given.pop("host"), given.pop("port")
    try:
        options = msgspec.convert(given, Options, strict=False)
    except msgspec.ValidationError as bad:
        parser.error(str(bad))
    asyncio.run(_serve(options, host, port))


def _parser() -> argparse.ArgumentParser:
    """One flag for every option: `repost_gap_s` is `--repost-gap-s`."""
    parser = argparse.ArgumentParser(prog="konter_sim", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=9100, help="0 picks a free one")
    for name, value in msgspec.structs.asdict(Options()).items():
        flag = "--" + name.replace("_", "-")
        text = f"{MEANING[name]} (default {value!r})".replace("%", "%%")
        parser.add_argument(flag, dest=name, default=argparse.SUPPRESS, help=text)
    return parser


async def _serve(options: Options, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    async with running_desk(options, host=host, port=port) as desk:
        print(f"konter_sim listening on {desk.url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
