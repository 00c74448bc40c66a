"""`python -m konter_sim`: the upstreams of a counter, on this machine, for development."""

import argparse
import asyncio
import signal
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import uvloop

from konter_sim.desk import (
    AllOptions,
    IpaymuOptions,
    OkeconnectOptions,
    Options,
    PartnerOptions,
    TripayOptions,
    running_desk,
)
from konter_sim.digiflazz.options import MEANING
from konter_sim.ipaymu.options import MEANING as IPAYMU_MEANING
from konter_sim.okeconnect.options import MEANING as OKECONNECT_MEANING
from konter_sim.partner.options import MEANING as PARTNER_MEANING
from konter_sim.tripay.options import MEANING as TRIPAY_MEANING

NAMED: Final[Mapping[str, tuple[type[msgspec.Struct], Mapping[str, str]]]] = {
    "okeconnect": (OkeconnectOptions, OKECONNECT_MEANING),
    "ipaymu": (IpaymuOptions, IPAYMU_MEANING),
    "tripay": (TripayOptions, TRIPAY_MEANING),
    "partner": (PartnerOptions, PARTNER_MEANING),
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = _parser()
    given = vars(parser.parse_args(argv))
    host, port = given.pop("host"), given.pop("port")
    try:
        options = AllOptions(
            okeconnect=msgspec.convert(
                _taken(given, "okeconnect"), OkeconnectOptions, strict=False
            ),
            ipaymu=msgspec.convert(_taken(given, "ipaymu"), IpaymuOptions, strict=False),
            tripay=msgspec.convert(_taken(given, "tripay"), TripayOptions, strict=False),
            partner=msgspec.convert(_taken(given, "partner"), PartnerOptions, strict=False),
            digiflazz=msgspec.convert(given, Options, strict=False),
        )
    except msgspec.ValidationError as bad:
        parser.error(str(bad))
    # The loop that a running Konter has: it serves more calls with the same work.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(options, host, port))


def _taken(given: dict[str, object], upstream: str) -> dict[str, object]:
    """Take a named upstream's options out of what was given; the rest is Digiflazz's."""
    prefix = f"{upstream}_"
    names = [name for name in given if name.startswith(prefix)]
    return {name.removeprefix(prefix): given.pop(name) for name in names}


def _parser() -> argparse.ArgumentParser:
    """One flag for every option: `repost_gap_s` is `--repost-gap-s`, another's has its name."""
    parser = argparse.ArgumentParser(prog="konter_sim", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=9100, help="0 picks a free one")
    _add_flags(parser, "", Options(), MEANING)
    for name, (kind, meaning) in NAMED.items():
        _add_flags(parser, f"{name}_", kind(), meaning)
    return parser


def _add_flags(
    parser: argparse.ArgumentParser,
    prefix: str,
    options: msgspec.Struct,
    meaning: Mapping[str, str],
) -> None:
    for name, value in msgspec.structs.asdict(options).items():
        flag = f"--{prefix}{name}".replace("_", "-")
        text = f"{meaning[name]} (default {value!r})".replace("%", "%%")
        parser.add_argument(flag, dest=prefix + name, default=argparse.SUPPRESS, help=text)


async def _serve(options: AllOptions, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    async with running_desk(options, host=host, port=port) as desk:
        print(f"konter_sim listening on {desk.url}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
