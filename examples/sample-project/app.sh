#!/bin/sh
# Prints the machine that this really runs on, then what the image was built for.
printf 'running on %s' "$(uname -m)"
if [ -r /app/built-for ]; then printf ', built for %s' "$(cat /app/built-for)"; fi
printf '\n'
