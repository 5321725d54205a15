"""Peers of K. Manley's zerorpc for our tests: one server, one client.

    multicall_peer.py serve WORKERS
    multicall_peer.py call ENDPOINT

Everything said is one JSON object a line. MULTICALL_PATH is the folder with the original's client.py
and server.py. They are of Python 2: they are read through lib2to3, with the place where pyzmq kept
its errors then, and with a serializer that makes octets of ujson's text.
"""

import functools
import json
import os
import sys
import time
import types
import warnings

warnings.simplefilter("ignore", DeprecationWarning)

from lib2to3.refactor import RefactoringTool, get_fixers_from_package  # noqa: E402

import ujson  # noqa: E402
import zmq  # noqa: E402

zmq.core = types.SimpleNamespace(error=zmq.error)


def original(name):
    path = os.path.join(os.environ["MULTICALL_PATH"], name + ".py")
    with open(path, encoding="utf-8") as file:
        source = file.read()
    tool = RefactoringTool(get_fixers_from_package("lib2to3.fixes"))
    module = types.ModuleType(name)
    exec(compile(str(tool.refactor_string(source + "\n", path)), path, "exec"), module.__dict__)
    return module


def dumps(value):
    return ujson.dumps(value).encode("ascii")


JSON = {"json_serializer": dumps, "json_deserializer": ujson.loads}


def tell(**fields):
    print(json.dumps(fields, default=repr), flush=True)


def serve(workers):
    module = original("server")
    server = module.ZeroRpcServer("tcp://127.0.0.1:*", **JSON)

    class Counter(object):
        count = 0

        @module.exposed
        def increment(self, by=1):
            self.count += by
            return self.count

        def hidden(self):
            return "not to be seen"

    def add(a, b=10):
        return a + b

    def echo(value):
        return value

    def mixed(a, *rest, **named):
        return {"a": a, "rest": rest, "named": named}

    def fail(text):
        raise ValueError(text)

    def slow(seconds, value):
        time.sleep(seconds)
        return value

    for function in (add, echo, mixed, fail, slow):
        server.register_function(function)
    server.register_function(lambda a, b: a * b, "my.namespace.mult")
    server.register_instance(Counter(), "my.counter")
    server.start(int(workers), blocking=False)
    tell(endpoint=server.clients.getsockopt_string(zmq.LAST_ENDPOINT))
    server.main_thread.join()


def call(endpoint):
    module = original("client")
    client = module.ZeroRpcClient(endpoint, **JSON)
    tell()
    for line in sys.stdin:
        asked = ujson.loads(line)
        if asked["together"]:
            tell(outcomes=together(module, client, asked["calls"]))
        else:
            outcomes = [outcome(method(client, one), one[1], one[2]) for one in asked["calls"]]
            tell(outcomes=outcomes)


def together(module, client, calls):
    multicall = module.MultiCall(client)
    for one in calls:
        method(multicall, one)(*one[1], **one[2])
    results = multicall()
    return [outcome(results.__getitem__, [i], {}) for i in range(len(results.results))]


def method(owner, one):
    return functools.reduce(getattr, one[0].split("."), owner)


def outcome(function, args, named):
    try:
        return {"value": ujson.dumps(function(*args, **named))}
    except Exception as error:
        if not hasattr(error, "error_type"):
            return {"error": repr(error)}
        return {"error": error.error_type, "message": error.message, "traceback": error.traceback}


if __name__ == "__main__":
    role, *more = sys.argv[1:]
    {"serve": serve, "call": call}[role](*more)
