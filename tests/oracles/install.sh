#!/usr/bin/env bash
# Installs the Python packages that conformance tests compare with into .cache/oracles, where pip can supply them.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 -m venv .cache/oracles
.cache/oracles/bin/pip install --quiet 'onnx>=1.18'
.cache/oracles/bin/python -c 'import onnx; print("onnx", onnx.__version__, "opset", onnx.defs.onnx_opset_version())'
