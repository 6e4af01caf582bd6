"""Checks ONNX models with the official checker: structure, strict shape inference with data propagation.

Reads paths from standard input, one a line; writes a JSON object: {"onnx": version, "opset": the newest known,
"results": {path: null or what is wrong}}. A model whose operator set is newer than the checker's is not judged:
"results" then holds {"skipped": why}.
"""
import json
import sys

import onnx
import onnx.parser
import onnx.shape_inference


def check(path):
    if path.endswith(".txt"):
        with open(path, encoding="utf-8") as file:
            onnx.checker.check_model(onnx.parser.parse_model(file.read()))
        return None
    model = onnx.load(path, load_external_data=False)
    opset = next(it.version for it in model.opset_import if it.domain == "")
    if opset > onnx.defs.onnx_opset_version():
        return {"skipped": f"opset {opset} is newer than this checker's {onnx.defs.onnx_opset_version()}"}
    # By path, so that external data is looked for and checked too.
    onnx.checker.check_model(path)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return None


results = {}
for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        results[path] = check(path)
    except Exception as error:  # every way to fail is a finding
        results[path] = f"{type(error).__name__}: {error}"
json.dump({"onnx": onnx.__version__, "opset": onnx.defs.onnx_opset_version(), "results": results}, sys.stdout)
