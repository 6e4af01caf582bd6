/** Something of the library in modelc, and the same in PyTorch or Keras. */
export interface PeerCase {
  /** What a row of `docs/library.md` is about: a name of the library, or an operator. */
  readonly of: string;
  readonly from: "Keras" | "PyTorch";
  readonly inputs: Readonly<Record<string, string | PeerInput>>;
  /** The body of a block with these inputs. What owns weights stands in it once, as `own: LAYER`. */
  readonly body: string;
  /** The same in the terms of `torch_layers.py`. */
  readonly peer: string;
  /** Inference where it is left out. */
  readonly mode?: "training";
  /** Above this a figure is wrong: 1e-9 where it is left out, since both compute in f64. */
  readonly tolerance?: number;
}

/** An input whose numbers matter. */
export interface PeerInput {
  readonly type: string;
  readonly data: readonly number[];
}

/** The places of integers and truths are drawn below this, so that tables need as many rows. */
export const indexLimit = 3;
