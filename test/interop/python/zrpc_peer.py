"""The original zrpc as a peer of a test.

    zrpc_peer.py serve sync|asyncio FOLDER NAME
    zrpc_peer.py call sync|asyncio FOLDER RETRY_SECONDS

A server tells when it serves and of each run of `count`. A client makes the calls that it is told on
stdin, one JSON object a line, and tells how each ended.
"""

import asyncio
import json
import os
import sys
import time


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def make_server(kind):
    if kind == "sync":
        from zrpc.server import Server, rpc_method
    else:
        from zrpc.asyncio.server import Server, rpc_method as mark

        def rpc_method(function):
            if asyncio.iscoroutinefunction(function):
                return mark(function)

            async def run(self, *args, **kwargs):
                return function(self, *args, **kwargs)

            run.__name__ = function.__name__
            run.__doc__ = function.__doc__
            run.__wrapped__ = function
            return mark(run)

    class Interop(Server):
        runs = 0

        @rpc_method
        def add(self, a, b=1):
            """
            Adds two numbers.

              Or texts.
            """
            return a + b

        @rpc_method
        def echo(self, value):
            return value

        @rpc_method
        def fail(self, message):
            raise ValueError(message)

        @rpc_method
        def count(self):
            self.runs += 1
            tell("ran", runs=self.runs)
            return self.runs

        @rpc_method
        def die(self):
            tell("dying")
            os._exit(1)

        if kind == "sync":

            @rpc_method
            def slow(self, seconds):
                self.runs += 1
                tell("ran", runs=self.runs)
                time.sleep(seconds)
                return self.runs

        else:

            @rpc_method
            async def slow(self, seconds):
                self.runs += 1
                tell("ran", runs=self.runs)
                await asyncio.sleep(seconds)
                return self.runs

    return Interop


def serve(kind, folder, name):
    server = make_server(kind)(name=name, socket_dir=folder)
    server.start()
    tell("serving")
    if kind == "sync":
        server.run()
    else:
        asyncio.run(run_asyncio(server))


async def run_asyncio(server):
    await server.run()


def call(kind, folder, retry_seconds):
    if kind == "sync":
        from zrpc.client import Client

        client = Client(socket_dir=folder, retry_timeout=float(retry_seconds))
        tell("ready")
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer(request, value=perform(client, request))
            except Exception as error:
                answer(request, error=[type(error).__name__, str(error)])
    else:
        asyncio.run(call_asyncio(folder, float(retry_seconds)))


async def call_asyncio(folder, retry_seconds):
    from zrpc.asyncio.client import Client

    client = Client(socket_dir=folder, retry_timeout=retry_seconds)
    tell("ready")
    loop = asyncio.get_running_loop()
    tasks = set()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        task = asyncio.create_task(one_asyncio(client, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def one_asyncio(client, request):
    try:
        value = perform(client, request)
        answer(request, value=value if isinstance(value, list) else await value)
    except Exception as error:
        answer(request, error=[type(error).__name__, str(error)])


def perform(client, request):
    if request["method"] == "__list__":
        return client.list(request.get("server"))
    return client.call(
        request["server"],
        request["method"],
        tuple(request.get("args", ())),
        request.get("kwargs", {}),
        timeout=request.get("timeout"),
    )


def answer(request, **outcome):
    tell("answer", id=request["id"], **outcome)


if __name__ == "__main__":
    {"serve": serve, "call": call}[sys.argv[1]](*sys.argv[2:])
