"""Drives the original jsonrpc2-zeromq: a server of its three kinds, or one of its clients.

Says one JSON object a line on stdout; a client takes its calls, one JSON object a line, on stdin.
"""

import json
import sys

import zmq

from jsonrpc2_zeromq import (
    NotificationOnlyPullServer,
    NotificationReceiverClient,
    NotifierOnlyPushClient,
    RPCClient,
    RPCNotificationServer,
    RPCNotifierClient,
    RPCServer,
)
from jsonrpc2_zeromq.common import ApplicationError, InvalidParams, RPCError


class QuotaError(RPCError):
    error_code = 4001


def say(event, **fields):
    sys.stdout.write(json.dumps(dict(event=event, **fields)) + "\n")
    sys.stdout.flush()


class Methods(object):
    def handle_add_method(self, a, b):
        return a + b

    def handle_echo_method(self, value):
        return value

    def handle_get_thing_method(self):
        return "thing"

    def handle_nothing_method(self):
        return None

    def handle_fail_method(self, message):
        raise ValueError(message)

    def handle_quota_method(self):
        raise QuotaError("too much", {"limit": 3})

    def handle_bad_params_method(self):
        raise InvalidParams("why", {"field": "x"})

    def handle_application_method(self):
        raise ApplicationError("app", [1, None])

    def handle_record_method(self, *args, **kwargs):
        say("record", args=args, kwargs=kwargs)

    def handle_slow_method(self, seconds):
        import time

        time.sleep(seconds)
        return "slept"


class Rep(Methods, RPCServer):
    pass


class Router(Methods, RPCNotificationServer):
    client_id = None

    def _handle_method_and_response(self, client_id, req):
        self.client_id = client_id
        return super(Router, self)._handle_method_and_response(client_id, req)

    def handle_subscribe_method(self, times):
        client_id = self.client_id


        for i in range(times):
            note = dict(jsonrpc="2.0", method="named-event", params=dict(value=i))
            self.socket.send_multipart([client_id, json.dumps(note).encode("ascii")])
        return "subscribed"


class Pull(Methods, NotificationOnlyPullServer):
    pass


class Receiver(NotificationReceiverClient):
    def handle_event_notification(self, *args, **kwargs):
        say("notification", name="event", args=args, kwargs=kwargs)

    def handle_named_event_notification(self, value):
        say("notification", name="named_event", args=[value], kwargs={})


SERVERS = dict(REP=Rep, ROUTER=Router, PULL=Pull)
CLIENTS = dict(
    REQ=RPCClient,
    DEALER=RPCNotifierClient,
    PUSH=NotifierOnlyPushClient,
    RECEIVER=Receiver,
)


def serve(kind, endpoint):
    server = SERVERS[kind](endpoint)
    bound = server.socket.getsockopt(zmq.LAST_ENDPOINT).decode("ascii").rstrip("\0")
    server.daemon = True
    server.start()
    say("bound", endpoint=bound)
    sys.stdin.read()


def call(kind, endpoint):
    client = CLIENTS[kind](endpoint, timeout=3000)
    client.error_code_exceptions = {4001: QuotaError}
    say("ready")
    for line in sys.stdin:
        wanted = json.loads(line)
        answer = dict(id=wanted["id"])
        try:
            args, kwargs = wanted.get("args", []), wanted.get("kwargs", {})
            target = client.notify if wanted.get("notify") else client
            answer["value"] = getattr(target, wanted["method"])(*args, **kwargs)
        except RPCError as error:
            answer["rpc"] = [
                type(error).__name__,
                error.error_msg,
                error.error_data,
            ]
        except Exception as error:
            answer["error"] = [type(error).__name__, str(error)]
        say("answer", **answer)


if __name__ == "__main__":
    role, kind, endpoint = sys.argv[1:4]
    (serve if role == "serve" else call)(kind, endpoint)
    # The original's threads and its context would wait for each other.
    sys.stdout.flush()
    import os

    os._exit(0)
