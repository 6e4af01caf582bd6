/** The arguments of each initialiser, in the order in which a person gives them, with Keras 3's defaults. */
export const initializerSignatures: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  zeros: {},
  ones: {},
  constant: { value: 0 },
  uniform: { min: -0.05, max: 0.05 },
  normal: { stddev: 0.05, mean: 0 },
  truncated_normal: { stddev: 0.05, mean: 0 },
  glorot_uniform: {},
  glorot_normal: {},
  he_uniform: {},
  he_normal: {},
  lecun_uniform: {},
  lecun_normal: {},
  orthogonal: { gain: 1 },
  forget_bias: {},
};
