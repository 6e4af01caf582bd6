/** Where weights come from: what a `.safetensors` file says of itself in its metadata, under `origin`. */
export interface WeightsOrigin {
  /** The command that wrote the file. */
  readonly by: "train" | "build";
  /** Steps that they were trained for; without, and with a seed, they are as they were drawn. */
  readonly step?: number;
  readonly seed?: number;
  /** A fingerprint of the model that they were made for. */
  readonly model?: string;
}

/** An origin for a file's metadata. */
export function originEntry(origin: WeightsOrigin): readonly [key: string, value: string] {
  return ["origin", JSON.stringify(origin)];
}

/** What a file's metadata say of its origin; undefined where they say nothing, as those of other programs. */
export function originIn(metadata: ReadonlyMap<string, string>): WeightsOrigin | undefined {
  const { by, step, seed, model } = recordIn(metadata.get("origin"));
  if (by !== "train" && by !== "build") return undefined;
  return {
    by,
    ...(typeof step === "number" && { step }),
    ...(typeof seed === "number" && { seed }),
    ...(typeof model === "string" && { model }),
  };
}

/** Whether weights are as they were drawn. */
export function isInitial(origin: WeightsOrigin | undefined): boolean {
  return origin !== undefined && origin.step === undefined && origin.seed !== undefined;
}

/** `trained, step 1250`, `initial, seed 42`. */
export function originText(origin: WeightsOrigin | undefined): string {
  if (origin?.step !== undefined) return `trained, step ${origin.step}`;
  return origin?.seed === undefined ? "of unknown origin" : `initial, seed ${origin.seed}`;
}

function recordIn(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    return typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
