"""Peers of the original NetCall for our tests: one service, one client.

    netcall_peer.py serve SERIALIZER
    netcall_peer.py call SERIALIZER ENDPOINT

Everything said is one JSON object a line. The protocol is the original's own (RPCServiceBase and
SyncRPCClient); its threading flavour does not start under Python 3, so a thread for each message is
made here, as it does.
"""

import builtins
import json
import sys
import threading

import netcall.base_service
import zmq
from netcall.base_service import RPCServiceBase
from netcall.serializer import JSONSerializer, MsgPackSerializer, PickleSerializer
from netcall.sync import SyncRPCClient

# Under Python 3 the original looks names up in a dict's attributes, and finds Exception alone.
netcall.base_service.exceptions = builtins

SERIALIZERS = {"json": JSONSerializer, "msgpack": MsgPackSerializer, "pickle": PickleSerializer}


def tell(event, **fields):
    print(json.dumps(dict(event=event, **fields), default=repr), flush=True)


class Service(RPCServiceBase):
    def __init__(self, serializer):
        self.context = zmq.Context.instance()
        self.log = []
        self.answers = "inproc://answers"
        self.local = threading.local()
        super().__init__(serializer=serializer)

    def _create_socket(self):
        super()._create_socket()
        self.socket = self.context.socket(zmq.ROUTER)

    def _send_reply(self, reply):
        if not hasattr(self.local, "socket"):
            self.local.socket = self.context.socket(zmq.PUSH)
            self.local.socket.connect(self.answers)
        self.local.socket.send_multipart(reply)

    def start(self):
        pass

    def stop(self):
        pass

    def serve(self):
        answers = self.context.socket(zmq.PULL)
        answers.bind(self.answers)
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        poller.register(answers, zmq.POLLIN)
        while True:
            for socket, _ in poller.poll():
                message = socket.recv_multipart()
                if socket is answers:
                    self.socket.send_multipart(message)
                else:
                    threading.Thread(
                        target=self._handle_request, args=(message,), daemon=True
                    ).start()


def procedures(service):
    import time

    def add(a, b=10):
        return a + b

    def echo(value):
        return value

    def mixed(a, *rest, **named):
        return {"a": a, "rest": list(rest), "named": named}

    def fail(text):
        raise ValueError(text)

    def tell_(first, pause=0):
        value = first
        try:
            while True:
                try:
                    time.sleep(pause)
                    value = yield value
                except ValueError as error:
                    value = "caught %s: %s" % (type(error).__name__, error)
        finally:
            service.log.append("closed %s" % first)

    def count(n):
        for i in range(n):
            yield i

    def broken(n):
        for i in range(n):
            yield i
        raise RuntimeError("broke after %d" % n)

    def state():
        return {"log": service.log, "open": len(service.generators)}

    def slow(seconds):
        time.sleep(seconds)
        return seconds

    for function in (add, echo, mixed, fail, count, broken, state, slow):
        service.register(function)
    service.register(tell_, name="tell")
    service.register(echo, name="ns.echo")


def serve(serializer):
    service = Service(serializer)
    procedures(service)
    port = service.bind_ports("127.0.0.1", 0)
    tell("ready", endpoint="tcp://127.0.0.1:%d" % port)
    service.serve()


def call(serializer, endpoint):
    client = SyncRPCClient(serializer=serializer)
    client.connect(endpoint)
    tell("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        tell("answer", **answer(client, asked))


def answer(client, asked):
    try:
        value = client.call(
            asked["method"],
            asked.get("args", []),
            asked.get("kwargs", {}),
            result=asked.get("result", "sync"),
            timeout=asked.get("timeout", 10),
        )
        if "steps" not in asked:
            return {"value": value, "type": type(value).__name__}
        return {"steps": [step(value, *each) for each in asked["steps"]]}
    except BaseException as error:
        return failure(error)


def step(generator, verb, *given):
    try:
        if verb == "next":
            return {"value": next(generator)}
        if verb == "send":
            return {"value": generator.send(given[0])}
        if verb == "throw":
            return {"value": generator.throw(getattr(builtins, given[0])(given[1]))}
        if verb == "list":
            return {"value": to_list(generator)}
        return {"value": generator.close()}
    except BaseException as error:
        return failure(error)


def to_list(generator):
    """The original's generator ends by raising StopIteration, which Python 3.7 made an error."""
    values = []
    try:
        for value in generator:
            values.append(value)
    except RuntimeError as error:
        if not isinstance(error.__cause__, StopIteration):
            raise
    return values


def failure(error):
    return {
        "error": type(error).__name__,
        "ename": getattr(error, "ename", None),
        "evalue": str(getattr(error, "evalue", error)),
    }


if __name__ == "__main__":
    role, name, *more = sys.argv[1:]
    {"serve": serve, "call": call}[role](SERIALIZERS[name](), *more)
