/**
 * What the command says of itself.
 *
 * @module
 */

import { SECURITY_HELP } from "./security.ts";

/** How the command is used, in one line each. */
export const USAGE = `usage: zerocall [options] <address> [<command> [<params>…]]
       zerocall [options] (--connect <address> | --bind <address>)… [<command> [<params>…]]
       zerocall [options] list [<service>]
       zerocall [options] call <service> <method> [<args>…] [<key>=<value>…]
       zerocall --server [options] (--connect <address> | --bind <address>)… <module>
       zerocall keygen <file>`;

/** The whole help text. */
export const HELP: string = `${USAGE}

Calls a method of a remote service, or serves a module, a package or a file.
Without a command the methods of the service are listed. "list" and "call" are about the
zrpc services of this machine, by name.

  --client              call a service (default)
  --server              serve <module>: node:path, an installed package, a .js or .ts file,
                        or one export of it (./cooler.ts#Cooler)
  --connect <address>   connect to an endpoint; may be repeated and mixed with --bind
  --bind <address>      listen at an endpoint; may be repeated; port 0 finds a free one
  -t, --timeout <seconds>
                        give a call up after this long (default 30; 0 never)
  -c, --count <count>   how often "call" calls (default 1; inf for ever)
  --socket-dir <path>   the folder of the services for "list" and "call"
  --heartbeat <seconds> time between heartbeats (default 5; 0 none)
  --pool-size <count>   how many calls a server runs at once
  --workers <count>     serve <module> in so many worker threads
  -j, --json            <params> are JSON; without it they are strings
  -pj, --print-json     print results as JSON
  -?, --inspect         show signatures; with a command, its signature and documentation
  --active-hb           send heartbeats without waiting for the server's first one
  --protocol <name>     what to speak: zerorpc, jsonrpc, netcall, zrpc or multicall; a client
                        speaks zerorpc, a server all unless told otherwise; may be repeated
  --serializer <name>   what netcall writes: json (default), msgpack or pickle; a server
                        accepts json and msgpack, and pickle only when it is named here
${SECURITY_HELP}
  --policy-file <path>  a server lets its callers call only what this JSON file says
  -d, --debug           tell on stderr what is sent and received
  --no-color            no colours, also on a terminal
  -h, --help            show this help
  -V, --version         show the version

Parameters that start with a dash go behind "--"; negative numbers need not.

  zerocall --server --bind tcp://127.0.0.1:1234 node:path
  zerocall tcp://127.0.0.1:1234
  zerocall tcp://127.0.0.1:1234 join a b c
  zerocall call test_server func haha kwarg=brt
`;
