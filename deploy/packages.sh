#!/bin/sh
# Make sure that the Debian packages a purpose needs are there: install them when we may (root or sudo), else name
# exactly what is missing and stop.
#     deploy/packages.sh build|test|lint
set -eu

build="gcc make pkg-config libc6-dev librdkafka-dev libjansson-dev libconfig-dev libgumbo-dev"
test="zstd maven default-jre-headless kcat python3 python3-jsonschema clang libclang-rt-dev"
lint="clang clang-format clang-tidy"

case "${1:-}" in
build) wanted=$build ;;
test) wanted="$build $test" ;;
lint) wanted="$build $lint" ;;
*) echo "usage: packages.sh build|test|lint" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "copydesk: not a Debian system; these Debian packages (or their like) are needed: $wanted" >&2
    exit 0
fi

is_installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

missing=""
for package in $wanted; do
    case $package in
    libclang-rt-dev) # Debian names it after clang's version
        clang_version=$(dpkg-query -W -f '${Depends}' clang 2>/dev/null | sed -n 's/^clang-\([0-9]*\).*/\1/p')
        package="libclang-rt-${clang_version:-14}-dev" ;;
    maven) command -v mvn >/dev/null 2>&1 && continue ;;
    default-jre-headless) command -v java >/dev/null 2>&1 && continue ;;
    gcc | make | clang) command -v "$package" >/dev/null 2>&1 && continue ;;
    esac
    is_installed "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "copydesk: these packages are missing; install them and run make again:" >&2
    echo "    sudo apt-get install$missing" >&2
    exit 1
fi

echo "copydesk: installing$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of names is meant
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
