#!/bin/sh
# Node with at most $DESCRIPTORS open files.
ulimit -n "$DESCRIPTORS" && exec "$NODE" "$@"
