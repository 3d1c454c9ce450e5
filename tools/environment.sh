#!/bin/sh
# Makes the environment .venv hold the named sets of requirements/ and this package; does nothing when it already does.
# Usage: sh tools/environment.sh runtime build [development] [peers]
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python_of_this_machine() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Bokgi needs Python 3.11 or newer and found none; install one, or name it: make run PYTHON=/path/to/python3."
}

create() {
    python=$(python_of_this_machine)
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail "$python cannot create environments because its venv or \
ensurepip module is missing; install it (on Debian and Ubuntu: apt install python3-venv), then run make again."
    echo "Creating .venv with $("$python" --version)."
    "$python" -m venv .venv
}

state_of() {
    # The content itself is the stamp: no tool for hashes is the same everywhere. The folder is in it because an
    # editable installation points at it.
    pwd
    cat pyproject.toml "requirements/$1.txt"
}

missing=""
is_new_enough .venv/bin/python || create
for name in "$@"; do
    if ! state_of "$name" | cmp -s - ".venv/.stamp-$name"; then
        missing="$missing $name"
    fi
done
if [ -n "$missing" ]; then
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    arguments=""
    for name in $missing; do
        arguments="$arguments -r requirements/$name.txt"
    done
    echo "Installing:$missing (a minute or two the first time)."
    # shellcheck disable=SC2086 # one word for each file is meant
    .venv/bin/python -m pip install --quiet --require-hashes $arguments
    # The pages come before the package, which would build them too but say nothing while it does.
    .venv/bin/python hatch_build.py
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
    for name in $missing; do
        state_of "$name" > ".venv/.stamp-$name"
    done
else
    .venv/bin/python hatch_build.py
fi
