"""The peer of `modelc check` in bench/many-layers.mjs: ONNX's own strict shape inference.

`make WIDTHS.json GRAPH.onnx` writes dense layers in a row as modelc exports them, their weights as inputs; `infer GRAPH.onnx`
checks that every shape in it fits.
"""

import json
import sys

import onnx
from onnx import TensorProto, helper, shape_inference


def make(said: str, path: str) -> None:
    with open(said, encoding="utf-8") as file:
        widths = json.load(file)
    tensor = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    inputs, nodes = [tensor("x", ["B", widths[0]])], []
    before = "x"
    for at, (wide, units) in enumerate(zip(widths, widths[1:])):
        inputs += [tensor(f"param/dense_{at}.kernel", [wide, units]), tensor(f"param/dense_{at}.bias", [units])]
        nodes.append(helper.make_node("MatMul", [before, f"param/dense_{at}.kernel"], [f"m{at}"]))
        nodes.append(helper.make_node("Add", [f"m{at}", f"param/dense_{at}.bias"], [f"a{at}"]))
        before = f"h{at}"
        nodes.append(helper.make_node("Relu", [f"a{at}"], [before]))
    graph = helper.make_graph(nodes, "Net", inputs, [tensor(before, ["B", widths[-1]])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), path)


def infer(path: str) -> None:
    shape_inference.infer_shapes(onnx.load(path), check_type=True, strict_mode=True)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3])
else:
    infer(sys.argv[2])
