import type * as Tf from "@tensorflow/tfjs";

/** One training step of the benchmark's network, written by hand in tf.layers as its users would. */
export function layersStep(tf: typeof Tf, name: string): () => Promise<unknown> {
  const model = name === "cnn" ? cnn(tf) : recurrent(tf);
  model.compile({ optimizer: tf.train.adam(1e-3), loss: sparseLoss(tf) });
  const x = name === "cnn" ? tf.randomNormal([32, 28, 28, 1]) : tf.randomNormal([32, 64, 64]);
  const classes = name === "cnn" ? tf.randomUniform([32], 0, 10, "int32") : tf.randomUniform([32, 64], 0, 10, "int32");
  const labels = tf.oneHot(classes, 10);
  return () => model.trainOnBatch(x, labels);
}

function sparseLoss(tf: typeof Tf) {
  return (labels: Tf.Tensor, logits: Tf.Tensor): Tf.Scalar => tf.losses.softmaxCrossEntropy(labels, logits);
}

function cnn(tf: typeof Tf): Tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: "relu" }),
      tf.layers.dense({ units: 10 }),
    ],
  });
}

function recurrent(tf: typeof Tf): Tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.lstm({
        inputShape: [64, 64],
        units: 128,
        returnSequences: true,
        recurrentInitializer: "glorotUniform",
      }),
      tf.layers.dense({ units: 10 }),
    ],
  });
}
