"""Writes the tokenizers of tests/sources/tokenizers.test.ts, and what they make of some texts.

    pip install tokenizers==0.23.2
    python tests/sources/files/write_tokenizers.py
"""

import json
import os

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

folder = os.path.dirname(os.path.abspath(__file__))

book = """The sun rises, and the naïve miller's cat isn't in the mill: it sleeps under the bridge.
"Where is the cat?" said the miller. "It was here, it was there, and now it is nowhere!"
The sun sets; 12 geese and 7 ducks came home.   The cat came, too.
"""

texts = [
    book,
    "The cat sleeps.",
    "  The  cat\n\n\tcame\n",
    "naïve café, Ωmega 漢字 😀 e\u0301 ﬁne",
    "İstanbul ß don't we'll I'M 1,000",
    "",
]


def byte_level():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([book], trainer)
    return made


def word_piece():
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=90, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False
    )
    made.train_from_iterator([book], trainer)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


def unigram():
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=90, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator([book], trainer)
    return made


def word_level():
    made = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.train_from_iterator(
        [book], trainers.WordLevelTrainer(special_tokens=["[UNK]"], show_progress=False)
    )
    return made


def byte_fallback():
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<unk>"] + [f"<0x{it:02X}>" for it in range(256)]
    made.train_from_iterator(
        [book], trainers.BpeTrainer(vocab_size=350, special_tokens=special, show_progress=False)
    )
    made.pre_tokenizer = None
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return made


def summary(ids):
    """The numbers of a long text: how many, and a sum that knows their places."""
    return [len(ids), sum(it * (at % 97 + 1) for at, it in enumerate(ids))]


kinds = {
    "byte-level": byte_level(),
    "word-piece": word_piece(),
    "unigram": unigram(),
    "word-level": word_level(),
    "byte-fallback": byte_fallback(),
}
told = {"version": tokenizers.__version__, "texts": texts, "long": 2000, "kinds": {}}
for name, made in kinds.items():
    with open(os.path.join(folder, f"{name}.tokenizer.json"), "w") as file:
        file.write(made.to_str(pretty=False) + "\n")
    numbers = [made.encode(it, add_special_tokens=False).ids for it in texts]
    long = made.encode(book * told["long"], add_special_tokens=False).ids
    told["kinds"][name] = {"size": made.get_vocab_size(), "numbers": numbers, "long": summary(long)}
with open(os.path.join(folder, "tokenizers.json"), "w") as file:
    file.write(json.dumps(told) + "\n")
