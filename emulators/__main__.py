"""`python -m emulators serve`: all vendors on one loopback port; the first line on stdout is JSON with the URL."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import socket
import sys
import threading
from pathlib import Path

import orjson
import uvicorn

from emulators.control import write_configs
from emulators.server import build
from emulators.vendors import all_vendors
from emulators.world import VendorClock, World


def main() -> None:
    """Parse the command line and serve until interrupted."""
    options = _parser().parse_args()
    world = World(
        clock=VendorClock(options.time_scale),
        people=options.people,
        seed=options.seed,
        limits=options.limits == "on",
        latency_s=options.latency_ms / 1000,
        configs_dir=str(Path(options.configs).resolve()) if options.configs else "",
    )
    listening = socket.create_server(("127.0.0.1", options.port), backlog=1024)
    world.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    vendors = all_vendors(world)
    if options.configs:
        write_configs(world, {vendor.name: vendor for vendor in vendors})
    gc.freeze()  # the seed lives as long as the process; collecting over it again and again would be felt as latency
    # proxy_headers would wrap `send`, behind which the fault dial finds the connection; the Date header is the vendors'
    server = uvicorn.Server(
        uvicorn.Config(
            build(world, vendors),
            log_level="warning",
            access_log=False,
            lifespan="off",
            proxy_headers=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
        )
    )
    if options.until_stdin_closes:
        _follow_stdin(server)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, listening, world.base_url))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators", description="The vendors' APIs on loopback.")
    serve = parser.add_subparsers(required=True).add_parser("serve", help="serve all vendors until interrupted")
    serve.add_argument("--port", type=int, default=0, help="0 takes a free one")
    serve.add_argument("--people", type=int, default=1000, help="people in the seeded CRM account")
    serve.add_argument("--seed", type=int, default=1, help="same seed, same account")
    serve.add_argument("--latency-ms", type=float, default=0, help="added to every answer")
    serve.add_argument("--limits", choices=("on", "off"), default="on", help="the vendors' rate limits")
    serve.add_argument("--time-scale", type=float, default=1, help="how many times as fast the vendors' clock runs")
    serve.add_argument("--configs", metavar="DIR", help="write working connector configurations there")
    serve.add_argument("--until-stdin-closes", action="store_true", help="end when the starting process ends")
    return parser


async def _serve(server: uvicorn.Server, listening: socket.socket, url: str) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    print(orjson.dumps({"url": url, "pid": os.getpid()}).decode(), flush=True)  # noqa: T201 - the contract of `serve`
    await serving


def _follow_stdin(server: uvicorn.Server) -> None:
    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
