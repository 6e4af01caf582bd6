#!/usr/bin/env bash
# Installs the Python packages that tests and benchmarks compare with into .cache/oracles, each where pip can supply it:
# ONNX's own checker, and PyTorch. What cannot be had is left out, and what uses it says so.
#   tests/oracles/install.sh [onnx|torch]...    all by default
set -uo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- onnx torch
python3 -m venv .cache/oracles || exit 1
for package in "$@"; do
  case "$package" in onnx) wanted='onnx>=1.18' ;; *) wanted="numpy $package" ;; esac
  # shellcheck disable=SC2086 # two words are two packages
  .cache/oracles/bin/pip install --quiet --retries 0 $wanted || echo "$package cannot be had here"
  .cache/oracles/bin/python -c "import $package; print('$package', $package.__version__)" || true
done
