/** Another implementation of what a spec of the zoo is, and how long it is. */
export interface ZooPeer {
  /** Where it stands, with the version that was counted. */
  readonly source: string;
  /** Its classes and functions that make the model; all of its file or files where these are left out. */
  readonly counted?: readonly string[];
  /** Lines of these without blank lines, comments and docstrings, counted on 2026-11-27. */
  readonly lines: number;
}

const torchvision = "torchvision 0.29.1";
const transformers = "transformers 5.18.0";
const examples = "pytorch/examples 77f55b9";

/** By the name of the spec. What has no well-known implementation of its size and kind is left out. */
export const zooPeers: Readonly<Record<string, ZooPeer>> = {
  alexnet: { source: torchvision, counted: ["AlexNet"], lines: 35 },
  bert: { source: "codertimo/BERT-pytorch d10dc4f, `model/`", lines: 137 },
  convnext: { source: torchvision, counted: ["LayerNorm2d", "CNBlock", "CNBlockConfig", "ConvNeXt"], lines: 122 },
  dcgan: { source: `${examples}, \`dcgan\``, counted: ["Generator", "Discriminator", "weights_init"], lines: 58 },
  densenet: { source: torchvision, counted: ["_DenseLayer", "_DenseBlock", "_Transition", "DenseNet"], lines: 138 },
  efficientnet: {
    source: torchvision,
    counted: ["_MBConvConfig", "MBConvConfig", "MBConv", "EfficientNet", "_efficientnet_conf"],
    lines: 216,
  },
  googlenet: { source: torchvision, counted: ["GoogLeNet", "Inception", "BasicConv2d"], lines: 162 },
  gpt: {
    source: "karpathy/nanoGPT 3adf61e",
    counted: ["LayerNorm", "CausalSelfAttention", "MLP", "Block", "GPTConfig", "GPT: building and running it"],
    lines: 118,
  },
  "graph-convolution": { source: "tkipf/pygcn 1600b5b, `layers.py` and `models.py`", lines: 38 },
  kan: { source: "Blealtan/efficient-kan 7b6ce1c", lines: 220 },
  "lenet-5": { source: `${examples}, \`mnist\``, counted: ["Net"], lines: 23 },
  llama: { source: "meta-llama/llama 689c7f2, `model.py`", lines: 229 },
  mamba: {
    source: "johnma2006/mamba-minimal 03de542",
    counted: ["ModelArgs", "Mamba: building and running it", "ResidualBlock", "MambaBlock", "RMSNorm"],
    lines: 108,
  },
  "mixture-of-experts": {
    source: transformers,
    counted: [
      "all `Mixtral` classes up to `MixtralForCausalLM`",
      "load_balancing_loss_func",
      "the functions they call",
    ],
    lines: 396,
  },
  "mlp-mixer": { source: "lucidrains/mlp-mixer-pytorch b102a9b", lines: 32 },
  "mobilenet-v2": { source: torchvision, counted: ["InvertedResidual", "MobileNetV2"], lines: 112 },
  "mobilenet-v3": {
    source: torchvision,
    counted: ["InvertedResidualConfig", "InvertedResidual", "MobileNetV3", "_mobilenet_v3_conf"],
    lines: 196,
  },
  resnet: {
    source: torchvision,
    counted: ["conv3x3", "conv1x1", "BasicBlock", "Bottleneck", "ResNet"],
    lines: 196,
  },
  "resnet-keras": {
    source: "keras 3422977, `applications/resnet.py`",
    counted: ["ResNet", "residual_block_v1", "stack_residual_blocks_v1"],
    lines: 141,
  },
  squeezenet: { source: torchvision, counted: ["Fire", "SqueezeNet"], lines: 70 },
  swin: {
    source: torchvision,
    counted: ["PatchMerging", "ShiftedWindowAttention", "SwinTransformerBlock", "SwinTransformer", "their functions"],
    lines: 277,
  },
  t5: {
    source: transformers,
    counted: ["all `T5` classes up to `T5ForConditionalGeneration`"],
    lines: 512,
  },
  tcn: { source: "locuslab/TCN 2f8c2b8, `tcn.py`", lines: 47 },
  transformer: { source: "hyunwoongko/transformer 6328654, `models/`", lines: 213 },
  unet: { source: "milesial/Pytorch-UNet 21d7850, `unet/`", lines: 87 },
  vae: { source: `${examples}, \`vae\``, counted: ["VAE", "loss_function"], lines: 26 },
  vgg: { source: torchvision, counted: ["VGG", "make_layers", "cfgs"], lines: 56 },
  vit: {
    source: torchvision,
    counted: ["MLPBlock", "EncoderBlock", "Encoder", "VisionTransformer"],
    lines: 205,
  },
};
