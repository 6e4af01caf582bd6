/** The attributes of what runs along an axis: `cumsum` and `cumprod`; `result` is what is given for each place. */
export function runningAttributes(result: "sum" | "product") {
  return {
    axis: { kind: "int", doc: `The axis along which ${result}s run.`, min: 0 },
    exclusive: { kind: "bool", doc: `Whether each ${result} leaves out its own element.`, default: false },
    reverse: { kind: "bool", doc: `Whether ${result}s run from the end.`, default: false },
  } as const;
}
