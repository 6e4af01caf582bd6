#!/usr/bin/env bash
# Installs the Python packages that conformance tests and benchmarks compare with into .cache/oracles, each where pip can
# supply it: PyTorch, and ONNX's own checker. What cannot be had is left out, and what uses it says so.
set -uo pipefail
cd "$(dirname "$0")/../.."
python3 -m venv .cache/oracles || exit 1
for package in 'onnx>=1.18' numpy torch; do
  .cache/oracles/bin/pip install --quiet --retries 0 "$package" || echo "$package cannot be had here"
done
.cache/oracles/bin/python -c 'import onnx; print("onnx", onnx.__version__, "opset", onnx.defs.onnx_opset_version())'
.cache/oracles/bin/python -c 'import torch; print("torch", torch.__version__)'
exit 0
