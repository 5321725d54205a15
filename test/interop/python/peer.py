"""Peers of the original zerorpc for the tests: one role per process.

Each prints a line of JSON per event on stdout, so that tests wait for what happened and not for
time. What it is to do comes as arguments, see `main` at the end.
"""

import inspect
import json
import logging
import sys
import time

if not hasattr(inspect, "getargspec"):
    # Gone since Python 3.11; the original asks for it to tell parameters.
    inspect.getargspec = lambda function: inspect.getfullargspec(function)[:4]

import gevent
import zerorpc


class Boiling(Exception):
    """An error of the service's own."""


class Kettle:
    """Has one method for everything that the protocol can express."""

    def __init__(self):
        self.received = []

    def add(self, a, b):
        """Add two numbers.

        Works on anything that has a plus operator.
        """
        return a + b

    def echo(self, value):
        return value

    def echo_args(self, *args):
        return list(args)

    def concat(self, a, b, sep="-"):
        """Join two texts."""
        return a + sep + b

    def none(self):
        pass

    def fail(self, message):
        raise ValueError(message)

    def fail_own(self, message):
        raise Boiling(message)

    def fail_key(self, key):
        return {}[key]

    def unencodable(self):
        return object()

    def slow(self, seconds):
        gevent.sleep(seconds)
        return "slept"

    def block(self, seconds):
        """Keep the whole process busy, heartbeats included."""
        time.sleep(seconds)
        return "blocked"

    @zerorpc.stream
    def count(self, n):
        """Count up to n."""
        return iter(range(n))

    @zerorpc.stream
    def items(self, values):
        return iter(values)

    @zerorpc.stream
    def count_and_fail(self, n):
        for i in range(n):
            yield i
        raise RuntimeError("stream broke after %d" % n)

    @zerorpc.stream
    def ticks(self, seconds):
        n = 0
        while True:
            yield n
            n += 1
            gevent.sleep(seconds)

    def note(self, *args):
        tell(event="note", args=list(args))

    def pid(self):
        import os

        return os.getpid()


def tell(**fields):
    print(json.dumps(fields, default=repr), flush=True)


class Warnings(logging.Handler):
    """Tells the first line of what the original logs."""

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += "%s: %s" % (record.exc_info[0].__name__, record.exc_info[1])
        tell(event="log", level=record.levelname, text=text[:300])


def heartbeat_of(text):
    return None if text == "none" else float(text)


def attach(socket, endpoints):
    """Binds to endpoints with a leading '@' and connects to the others."""
    for endpoint in endpoints:
        if not endpoint.startswith("@"):
            socket.connect(endpoint)
        elif endpoint.endswith(":0"):
            socket._events._socket.bind(endpoint[1:-2] + ":*")
            bound = socket._events._socket.getsockopt(zerorpc.zmq.LAST_ENDPOINT)
            tell(event="bound", endpoint=bound.decode().rstrip("\0"))
        else:
            socket.bind(endpoint[1:])
            tell(event="bound", endpoint=endpoint[1:])
    tell(event="ready")


def serve(heartbeat, pool_size, *endpoints):
    size = None if pool_size == "none" else int(pool_size)
    server = zerorpc.Server(Kettle(), heartbeat=heartbeat_of(heartbeat), pool_size=size)
    attach(server, endpoints)
    server.run()


def pull(kind, *endpoints):
    puller = {"pull": zerorpc.Puller, "sub": zerorpc.Subscriber}[kind](Kettle())
    attach(puller, endpoints)
    puller.run()


def push(kind, *endpoints):
    """Sends each line of stdin, a JSON array of name and args, as one event."""
    pusher = {"push": zerorpc.Pusher, "pub": zerorpc.Publisher}[kind]()
    attach(pusher, endpoints)
    for line in lines():
        name, args = json.loads(line)
        pusher(name, *args)
        tell(event="sent")
    pusher.close()


def lines():
    """Lines of stdin without stopping the event loop."""
    pool = gevent.get_hub().threadpool
    while True:
        line = pool.spawn(sys.stdin.readline).get()
        if not line:
            return
        yield line


def plain(value):
    """A value as JSON can say it; what it cannot is marked."""
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return {"$int": str(value)}
    return value


def unplain(value):
    if isinstance(value, list):
        return [unplain(one) for one in value]
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return bytes.fromhex(value["$bytes"])
        if set(value) == {"$int"}:
            return int(value["$int"])
        return {key: unplain(one) for key, one in value.items()}
    return value


def call(options, *endpoints):
    """Performs the calls that stdin asks for, one JSON object a line, each at once."""
    options = json.loads(options)
    context = zerorpc.Context()
    task_context = options.pop("task_context", None)
    if task_context is not None:
        context.register_middleware({"get_task_context": lambda: task_context})
    client = zerorpc.Client(context=context, **options)
    attach(client, endpoints)
    for line in lines():
        gevent.spawn(perform, client, json.loads(line))
    client.close()


def perform(client, job):
    started = time.time()
    answer = {"event": "answer", "id": job["id"]}
    try:
        options = job.get("options", {})
        result = client(job["method"], *unplain(job.get("args", [])), **options)
        if hasattr(result, "__next__"):
            answer["items"] = take(result, job.get("take"), job.get("pause", 0))
        else:
            answer["value"] = plain(result)
    except zerorpc.RemoteError as error:
        answer["remote"] = [error.name, error.msg, error.traceback]
    except Exception as error:
        answer["error"] = [type(error).__name__, str(error)]
    answer["seconds"] = time.time() - started
    tell(**answer)


def take(stream, most, pause):
    items = []
    for item in stream:
        items.append(plain(item))
        if pause:
            gevent.sleep(pause)
        if most is not None and len(items) >= most:
            stream.close()
            break
    return items


def hub(front, back):
    """Joins clients and servers: ROUTER in front, DEALER behind; "@" binds."""
    import zmq.green as zmq

    context = zmq.Context()
    sockets = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    for name, socket, endpoint in (("front", sockets[0], front), ("back", sockets[1], back)):
        if not endpoint.startswith("@"):
            socket.connect(endpoint)
            continue
        socket.bind(endpoint[1:])
        tell(event=name, endpoint=socket.getsockopt(zmq.LAST_ENDPOINT).decode().rstrip("\0"))
    tell(event="ready")
    ends = sockets[0], sockets[1]
    tasks = [gevent.spawn(forward, a, b) for a, b in (ends, ends[::-1])]
    gevent.joinall(tasks)


def forward(source, target):
    while True:
        target.send_multipart(source.recv_multipart())


def command(*arguments):
    """The original's own command line."""
    from zerorpc import cli

    sys.argv = ["zerorpc", *arguments]
    sys.exit(cli.main())


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    if role != "command":
        logging.getLogger().addHandler(Warnings())
    roles = {"serve": serve, "pull": pull, "push": push, "call": call, "hub": hub}
    roles["command"] = command
    roles[role](*arguments)
