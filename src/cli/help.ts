/** The texts of `--help`: what each command is for, and how it is used. */
interface HelpText {
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly description: string;
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
}

export type CommandName = keyof typeof commandHelp;

export const programHelp = {
  description:
    "modelc compiles neural networks. A .model file says what goes in, what comes out, how it is trained and what it must " +
    "reach; modelc checks its shapes for every size at once, trains it, and writes it as readable TensorFlow.js TypeScript " +
    "and as ONNX graphs, training step included, that a stock ONNX Runtime runs.",
  after: `
Begin with:
  $ modelc check mnist-cnn.model             find mistakes before anything runs
  $ modelc train mnist-cnn.model             train it on the data that it names
  $ modelc test mnist-cnn.model              see whether it reaches what it must
  $ modelc build mnist-cnn.model --out out   write TypeScript and ONNX

\`modelc COMMAND --help\` explains a command, with examples. Exit codes: 0 clean, 1 findings, 2 wrong usage or a defect.`,
} as const;

const file = "mnist-cnn.model";

export const commandHelp = {
  check: {
    summary: "find mistakes in .model files",
    description:
      "Reports everything that is wrong with .model files: syntax, names, types, shapes, and sections that do not fit. Dims " +
      "such as B or T stand for every size from 1 on: a shape error comes with the smallest sizes at which it shows. The nearest modelc.config.json says which files and warnings count.",
    examples: [
      ["modelc check", "checks every .model file below this folder"],
      ["modelc check 'specs/**/*.model' --fix", "makes the changes that findings offer"],
      ["modelc check --format sarif --output modelc.sarif", "writes the findings for other programs"],
      ["modelc check - --stdin-filepath specs/a.model", "checks what an editor holds"],
    ],
  },
  init: {
    summary: "write a first spec for a table or a folder of images",
    description:
      "Reads a table and writes a .model file that predicts one of its columns from the others: what each column is, how " +
      "missing cells are filled, what is left out and why stand in it as comments, with a small network and how it is " +
      "trained. Of a folder of images, in which each class has a folder, it writes one that tells the classes apart. What is written checks and trains as it is, and is there to be changed.",
    examples: [
      ["modelc init --from titanic.csv --target Survived", "writes titanic.model"],
      ["modelc init --from titanic.csv", "lists the columns that could be predicted"],
      ["modelc init --from photos", "writes photos.model, which tells the folders in photos apart"],
      ["modelc init --from data/iris.csv --target c5 --out iris.model", "columns without names are c1, c2, ..."],
    ],
  },
  build: {
    summary: "compile a .model file to TypeScript and ONNX",
    description:
      "Writes NAME.ts (TensorFlow.js, readable and typed), and NAME.onnx (inference), NAME.init.onnx, NAME.train.onnx, " +
      "NAME.eval.onnx, NAME.prep.onnx, NAME.manifest.json and NAME.safetensors (its weights: those that a training has " +
      "left in the folder, or initial ones). Nothing is written unless everything compiles.",
    examples: [
      [`modelc build ${file} --out out`, "writes both targets to out/"],
      [
        `modelc build ${file} --target onnx --weights out/MnistCnn.safetensors --out serve`,
        "builds trained weights in",
      ],
      ["modelc build stacked-lstm.model --target tfjs --set D=32 --out out", "fixes a hyperparameter"],
    ],
  },
  fmt: {
    summary: "lay out .model files in the one style",
    description: "Rewrites .model files in the one style of the language. Comments stay, meaning never changes.",
    examples: [
      ["modelc fmt", "formats every .model file below this folder"],
      ["modelc fmt --check", "names the files that are not formatted, and fails if there are any"],
    ],
  },
  summary: {
    summary: "list layers, shapes, parameters and FLOPs",
    description:
      "Prints each layer of a model with its path, output shape, parameters and FLOPs (a multiply-add is two), and the " +
      "totals, with the memory of all activations. What depends on a free dim is printed as a formula in it.",
    examples: [
      [`modelc summary ${file}`, "figures for every batch size at once"],
      [`modelc summary ${file} --set B=32`, "figures at batch size 32"],
      [`modelc summary ${file} --json`, "prints the figures for other programs"],
    ],
  },
  diff: {
    summary: "say what differs between two models for who relies on them",
    description:
      "Compares the models of two files: inputs, outputs, what the headers demand of sizes, paths and shapes of parameters, " +
      "and figures. What was taken and is refused now, or was given and is not any more, breaks (exit code 1); so does what " +
      "keeps weights of the first from loading into the second. Inputs that may be left out are compared left out, each " +
      "given by itself, and all given.",
    examples: [
      ["modelc diff old.model new.model", "says what differs"],
      [`modelc diff main:${file} ${file} --format markdown`, "a table for the description of a change"],
    ],
  },
  breaking: {
    summary: "say whether models break what relies on them as they were",
    description:
      "Compares the models below a folder with what they were at a commit of git, imports included, or one file with " +
      "another. Exit code 1 where something breaks: see `modelc diff`.",
    examples: [
      ["modelc breaking --against origin/main", "every .model file below this folder"],
      [`modelc breaking ${file} --against HEAD~1 --format json`, "for other programs"],
    ],
  },
  ir: {
    summary: "print what a model is lowered to",
    description:
      "Prints the typed intermediate form of a model: `structured` keeps blocks, repeats and scans; `flat` is the inference " +
      "graph that ONNX is written from; `training` is one whole training step, gradients and optimizer included.",
    examples: [
      [`modelc ir ${file}`, "the structured form"],
      [`modelc ir ${file} --stage training`, "one training step as one graph"],
    ],
  },
  data: {
    summary: "look at the data of a training",
    description:
      "Says what the data section of a training reads: what cleaning leaves out, the splits, and of each column what it is " +
      "read as, what is missing, how its numbers are spread or which words it has, and how far it tells the label; then how " +
      "the label is balanced, and what deserves a look, such as a column that tells the label alone, or rows that lie in two " +
      "splits. Nothing is trained.",
    examples: [
      ["modelc data titanic.model", "tables and histograms on the terminal"],
      ["modelc data titanic.model --html titanic.html", "writes a page that shows the same, and images"],
      [`modelc data ${file} --data ~/mnist --json`, "other data, for other programs"],
    ],
  },
  train: {
    summary: "train a network as its section says",
    description:
      "Trains on ONNX Runtime (or TensorFlow.js) with the data, loss, optimizer and length of the train section. After each " +
      "epoch OUT/NAME.checkpoint.safetensors is written, with all that --resume needs, and OUT/NAME.safetensors, the weights " +
      "(the best so far where the section says `save`). Ctrl-C finishes the step in flight, saves and stops.",
    examples: [
      [`modelc train ${file}`, "trains and measures the test split"],
      [`modelc train ${file} --data ~/mnist --epochs 5`, "other data, other length"],
      [`modelc train ${file} --resume`, "goes on where it stopped"],
      [`modelc train ${file} --resume --batch 64 --allow batch`, "goes on although this has changed"],
      [`modelc train ${file} --runtime tfjs --backend wasm`, "trains the generated TypeScript"],
    ],
  },
  test: {
    summary: "measure trained weights against the test section",
    description:
      "Measures trained weights on the test split and compares with every `expect` of the file's test sections. A failed " +
      "expectation fails the command (exit code 1).",
    examples: [
      [`modelc test ${file}`, "tests out/MnistCnn.safetensors"],
      [`modelc test ${file} --weights best.safetensors --data ~/mnist`, "other weights, other data"],
    ],
  },
  predict: {
    summary: "run a trained network on inputs",
    description:
      "Runs a network on inputs: JSON with nested arrays by name (with the batch as the outermost axis), or examples of its " +
      "own data section. Raw fields are prepared as for training, features are taken as they are, and what the data " +
      "section draws is drawn. Prints the outputs by name as JSON.",
    examples: [
      [`echo '{"x": [[1, 2, 3]]}' | modelc predict linear-regression.model`, "one example from standard input"],
      [`modelc predict ${file} --split test --count 5`, "predictions beside labels"],
      ["modelc predict gan.model --count 16 --seed 3", "of inputs that are all drawn"],
    ],
  },
  explain: {
    summary: "explain the code of a finding",
    description: "Says what a code such as MC3001 means, why it is so and what to do, with a bad and a good example.",
    examples: [
      ["modelc explain MC3001", "explains the code"],
      ["modelc explain unused", "lists the codes about what is unused"],
      ["modelc explain", "lists all codes"],
    ],
  },
} as const satisfies Readonly<Record<string, HelpText>>;
