#!/usr/bin/env bash
# Installs the Python packages that tests and benchmarks compare with into .cache/oracles, each where pip can supply it:
# ONNX's own checker, PyTorch, Keras, and scikit-learn; and the published schema of SARIF. What cannot be had is left out,
# and what uses it says so.
#   tests/oracles/install.sh [onnx|torch|keras|sklearn|sarif]...    all by default
set -uo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- onnx torch keras sklearn sarif
python3 -m venv .cache/oracles || exit 1
for package in "$@"; do
  if [ "$package" = sarif ]; then
    schema=https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
    curl --fail --silent --max-time 60 --output .cache/oracles/sarif-schema-2.1.0.json "$schema" || echo "the schema of SARIF cannot be had here"
    continue
  fi
  case "$package" in onnx) wanted='onnx>=1.18' ;; sklearn) wanted='scikit-learn' ;; *) wanted="numpy $package" ;; esac
  # shellcheck disable=SC2086 # two words are two packages
  .cache/oracles/bin/pip install --quiet --retries 0 $wanted || echo "$package cannot be had here"
  .cache/oracles/bin/python -c "import os; os.environ['KERAS_BACKEND'] = 'torch'; import $package; print('$package', $package.__version__)" || true
done
