"""Both halves of zerorpc for Python, for the benchmark.

    python3 zerorpc_peer.py serve             prints its endpoint
    python3 zerorpc_peer.py load <endpoint>   prints "ready", then an answer for each order

Orders and answers are JSON, one a line. Loads are made here and not by the driver, as a call across two
processes would cost more than the call that is measured.
"""

import json
import sys
import time

import gevent
import zerorpc

TIMEOUT_S = 60


class Bench(object):
    def add(self, a, b):
        return a + b

    def echo(self, body):
        return body

    @zerorpc.stream
    def count(self, to):
        return iter(range(to))


def serve():
    server = zerorpc.Server(Bench())
    server.bind("tcp://127.0.0.1:0")
    endpoint = server._events._socket.getsockopt(zerorpc.zmq.LAST_ENDPOINT)
    print(endpoint.rstrip(b"\0").decode(), flush=True)
    server.run()


def calls(make, in_flight, ms):
    end = time.monotonic() + ms / 1000
    trips = []

    def lane():
        while time.monotonic() < end:
            start = time.monotonic()
            make()
            trips.append(time.monotonic() - start)

    start = time.monotonic()
    gevent.joinall([gevent.spawn(lane) for _ in range(in_flight)], raise_error=True)
    took = time.monotonic() - start
    trips.sort()
    answer = {"count": len(trips), "ms": took * 1000, "lost": 0}
    if in_flight == 1:
        answer["p50Ms"] = trips[len(trips) // 2] * 1000
        answer["p99Ms"] = trips[int(len(trips) * 0.99)] * 1000
    return answer


def stream(client, wanted):
    start = time.monotonic()
    count = sum(1 for _ in client.count(wanted))
    return {"count": count, "ms": (time.monotonic() - start) * 1000, "lost": wanted - count}


def obey(client, order):
    if order["type"] == "stream":
        return stream(client, order["items"])
    if order["type"] == "echo":
        body = b"\0" * order["bytes"]
        return calls(lambda: client.echo(body), order["inFlight"], order["ms"])
    return calls(lambda: client.add(20, 22), order["inFlight"], order["ms"])


def load(endpoint):
    client = zerorpc.Client(endpoint, timeout=TIMEOUT_S)
    assert client.add(20, 22) == 42
    print(json.dumps("ready"), flush=True)
    # A thread waits for orders, so that heartbeats go on meanwhile.
    pool = gevent.get_hub().threadpool
    while True:
        line = pool.apply(sys.stdin.readline)
        if not line:
            return
        print(json.dumps(obey(client, json.loads(line))), flush=True)


if sys.argv[1] == "serve":
    serve()
else:
    load(sys.argv[2])
