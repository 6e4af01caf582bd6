/** A model of the zoo with its published figures. */
export interface ZooFigures {
  readonly file: string;
  readonly model: string;
  /** Trainable; tied weights once. */
  readonly parameters: number;
  /** Running statistics. */
  readonly states?: number;
  /** Billions of multiply-accumulates: those of convolutions and products of matrices. */
  readonly gigamacs?: number;
  /** The sizes of which the figures are. */
  readonly at?: Readonly<Record<string, number>>;
}

const image = { B: 1, H: 224, W: 224, C: 3 };

/** The reference figures: torchvision 0.28 for images, transformers 5.18 for language. */
export const zooFigures: readonly ZooFigures[] = [
  { file: "alexnet", model: "AlexNet", parameters: 61_100_840, gigamacs: 0.714, at: image },
  { file: "vgg", model: "Vgg", parameters: 138_357_544, gigamacs: 15.47, at: image },
  { file: "googlenet", model: "GoogLeNet", parameters: 6_624_904, gigamacs: 1.498, at: image },
  { file: "squeezenet", model: "SqueezeNet", parameters: 1_248_424, gigamacs: 0.819, at: image },
  { file: "resnet", model: "ResNet18", parameters: 11_689_512, states: 9_600, gigamacs: 1.814, at: image },
  { file: "resnet", model: "ResNet", parameters: 25_557_032, states: 53_120, gigamacs: 4.089, at: image },
  {
    file: "mobilenet-v2",
    model: "MobileNetV2",
    parameters: 3_504_872,

    gigamacs: 0.301,
    at: image,
  },
  { file: "vit", model: "Vit", parameters: 86_567_656, gigamacs: 17.564, at: image },
  { file: "resnet-keras", model: "ResNet50", parameters: 25_636_712 - 53_120, states: 53_120, at: image },
  { file: "lenet-5", model: "LeNet5", parameters: 61_706 },
  { file: "autoencoder", model: "Autoencoder", parameters: 2_837_314 },
  { file: "unet", model: "UNet", parameters: 31_038_933, states: 11_776, at: image },
  { file: "densenet", model: "DenseNet", parameters: 7_978_856, at: image, gigamacs: 2.834 },
  { file: "mobilenet-v3", model: "MobileNetV3", parameters: 5_483_032, at: image, gigamacs: 0.217 },
  { file: "efficientnet", model: "EfficientNet", parameters: 5_288_548, at: image, gigamacs: 0.386 },
  { file: "convnext", model: "ConvNext", parameters: 28_589_128, at: image, gigamacs: 4.456 },
  { file: "swin", model: "Swin", parameters: 28_288_354, at: image, gigamacs: 4.491 },
  { file: "mlp-mixer", model: "MlpMixer", parameters: 59_880_472, at: image },
  { file: "mixture-of-experts", model: "Mixtral", parameters: 46_702_792_704 },
  { file: "mamba", model: "MambaLm", parameters: 129_135_360 },
  { file: "transformer", model: "Transformer", parameters: 44_140_544 },
  { file: "bert", model: "BertBase", parameters: 109_482_240 },
  { file: "gpt", model: "Gpt", parameters: 124_439_808 },
  { file: "gpt", model: "Gpt2Xl", parameters: 1_557_611_200 },
  { file: "gpt", model: "Gpt3", parameters: 174_604_259_328 },
  { file: "t5", model: "T5", parameters: 222_903_552 },
  { file: "llama", model: "Llama", parameters: 6_738_415_616 },
];
