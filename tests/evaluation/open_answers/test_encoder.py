import builtins

import numpy as np
import pytest

from medinj_utils.evaluation import score_open_answers
from medinj_utils.evaluation.open_answers import Encoder
from medinj_utils.evaluation.open_answers.encoder import bert_scores
from medinj_utils.models.loading import Base

ANSWERS = ["le foie filtre", "le rein", "une rate", ""]
REFERENCES = ["le foie filtre", "le foie", "le rein filtre le sang", "le foie"]
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] le la une foie rein rate filtre sang".split()


@pytest.fixture(scope="session")
def encoder(tmp_path_factory) -> Encoder:
    """A tiny BERT with random weights, in a folder whose name bert-score itself would take for a
    T5."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    folder = tmp_path_factory.mktemp("t5")
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=3,
                         num_attention_heads=2, intermediate_size=32,
                         max_position_embeddings=16)).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)},
                                           unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]",
                            cls_token="[CLS]", sep_token="[SEP]",
                            mask_token="[MASK]").save_pretrained(folder)
    return Encoder(Base(str(folder)), 2)


def test_the_column_is_filled_and_names_its_encoder(encoder):
    table = score_open_answers(ANSWERS, REFERENCES, encoder)
    assert table["bertscore"].iloc[0] == pytest.approx(1, abs=1e-5)
    assert table["bertscore"].iloc[3] == 0
    assert table["bertscore"].iloc[1:3].between(-1, 0.999).all()
    assert set(table["bertscore_encoder"]) == {f"{encoder.model.name}, layer 2"}


def test_equal_texts_score_no_more_than_1(encoder):
    texts = [" ".join(["la bile", "le foie", "5 mg"] * n) for n in range(1, 9)]
    assert bert_scores(texts, texts, encoder).max() <= 1


def test_it_is_what_the_definition_says(encoder):
    """By hand: greedy matches by cosine of the layer's states; marks are matched and don't
    count."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    model, tokenizer = (
        AutoModel.from_pretrained(encoder.model.folder).eval(),
        AutoTokenizer.from_pretrained(encoder.model.folder),
    )

    def states(text):
        with torch.inference_mode():
            found = model(
                **tokenizer(text, return_tensors="pt"), output_hidden_states=True
            ).hidden_states[2][0]
        return torch.nn.functional.normalize(found, dim=-1)

    def by_hand(answer, reference):
        similar = states(answer) @ states(reference).T
        precision, recall = similar.max(1).values[1:-1].mean(), similar.max(0).values[1:-1].mean()
        return float(2 * precision * recall / (precision + recall))

    expected = [by_hand(*pair) for pair in zip(ANSWERS[:3], REFERENCES[:3], strict=True)]
    assert bert_scores(ANSWERS[:3], REFERENCES[:3], encoder) == pytest.approx(expected, abs=1e-5)


def test_long_answers_are_cut_to_what_the_encoder_reads(encoder):
    found = bert_scores(["le foie " * 5_000, " "], ["le foie"] * 2, encoder)
    assert np.isfinite(found).all() and found[1] == 0


def test_missing_answers_are_not_encoded(encoder):
    table = score_open_answers([None, "le foie"], ["le foie", "le foie"], encoder)
    assert np.isnan(table["bertscore"].iloc[0])
    assert table["bertscore"].iloc[1] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("layer", [0, 4])
def test_a_layer_that_is_not_there_is_refused(encoder, layer):
    with pytest.raises(ValueError, match="has layers 1 to 3"):
        bert_scores(["a"], ["a"], Encoder(encoder.model, layer))


def test_without_the_package_it_is_said_how_to_get_it(encoder, monkeypatch):
    found = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("bert_score"):
            raise ModuleNotFoundError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="pip install"):
        bert_scores(["a"], ["a"], encoder)
