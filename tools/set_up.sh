#!/bin/sh
# Make the virtual environment: `sh tools/set_up.sh start|dev [folder]`.
# Plain sh, because it runs before there is anything else. It says what is missing in one
# sentence with the command that mends it, and stops.
set -eu

purpose=$1
venv=${2:-.venv}
oldest="3.11"

say() { printf '%s\n' "$*" >&2; }

runs_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    # A name on the path may be an empty shim or too old: only one that runs counts.
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if command -v "$candidate" >/dev/null 2>&1 && runs_new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

is_debian() { command -v apt-get >/dev/null 2>&1; }

explain_python() {
    if command -v python3 >/dev/null 2>&1; then
        say "The workbook needs Python $oldest or newer; this computer has $(python3 -V 2>&1)."
    else
        say "The workbook needs Python $oldest or newer, and this computer has none on its path."
    fi
    if is_debian; then
        say "Install one with:  sudo apt install python3 python3-venv   (Debian 12, Ubuntu 24.04 or newer)"
    elif [ "$(uname -s)" = Darwin ]; then
        say "Install one with:  brew install python@3.13   or from https://www.python.org/downloads/"
    else
        say "Install one from https://www.python.org/downloads/"
    fi
    say "If it has another name:  PYTHON=/path/to/python3.12 make $make_target"
}

explain_venv() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "Python is here, but not the part of it that makes virtual environments."
    if is_debian; then
        say "Install it with:  sudo apt install python$version-venv"
        say "and run  make $make_target  again."
    else
        say "Install Python's venv and ensurepip modules with your system's package manager."
    fi
}

case $purpose in
    start) wanted='.'; make_target=start ;;
    dev) wanted='.[dev]'; make_target=test ;;
    *) say "usage: tools/set_up.sh start|dev [folder]"; exit 2 ;;
esac

if [ -d "$venv" ] && ! runs_new_enough "$venv/bin/python"; then
    say "The virtual environment in $venv no longer runs; making it anew."
    rm -rf "$venv"
fi

if [ ! -d "$venv" ]; then
    python=$(find_python) || { explain_python; exit 1; }
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || { explain_venv "$python"; exit 1; }
    say "Setting up the workbook in $venv with $("$python" -V). This happens once and takes a minute or two."
    # Half an environment would be taken for a whole one the next time.
    "$python" -m venv "$venv" || { rm -rf "$venv"; explain_venv "$python"; exit 1; }
fi

python="$venv/bin/python"
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip --upgrade >/dev/null
export PIP_DISABLE_PIP_VERSION_CHECK=1
uv="$venv/bin/uv"
locked="requirements/$purpose.txt"

# What came with Python may be old and have known holes: pip, and setuptools up to 3.11.
if ! "$python" -m pip install --quiet --require-hashes -r requirements/tools.txt >/dev/null 2>&1; then
    "$python" -m pip install --quiet 'pip>=25.3' 'setuptools>=78.1.1' >/dev/null 2>&1 || true
fi

# Every package in the version and with the hash that we tested, and then the workbook itself,
# built by what is locked too. uv fetches in seconds what takes pip minutes.
locked_with_uv() {
    [ -x "$uv" ] \
        && "$uv" pip install --quiet --python "$python" --require-hashes -r "$locked" \
        && "$uv" pip install --quiet --python "$python" --no-deps --no-build-isolation --editable .
}

locked_with_pip() {
    "$python" -m pip install --quiet --require-hashes -r "$locked" \
        && "$python" -m pip install --quiet --no-deps --no-build-isolation --editable .
}

if ! locked_with_uv; then
    say "Trying once more with pip, which is slower."
    if ! locked_with_pip; then
        say "The locked packages do not fit this computer: taking the newest that pyproject.toml allows."
        if ! "$python" -m pip install --quiet --editable "$wanted"; then
            say "The packages could not be fetched. Is this computer online? Then run  make $make_target  again."
            exit 1
        fi
    fi
fi

touch "$venv/.set-up-for-start"
[ "$purpose" = start ] || touch "$venv/.set-up-for-dev"
