"""BERTScore of open answers, with an encoder that the user names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medinj_utils.models.loading import Base

NO_ENCODER = "not computed: no encoder"


@dataclass(frozen=True)
class Encoder:
    """The encoder of BERTScore.

    Args:
        model: an encoder in a folder, or on the hub with its commit.
        layer: whose states are compared, from 1. Scores of different encoders or layers are not
            comparable.
    """

    model: Base
    layer: int

    def __str__(self) -> str:
        commit = f"@{self.model.revision}" if self.model.revision else ""
        return f"{self.model.name}{commit}, layer {self.layer}"


def bert_scores(candidates: Sequence[str], references: Sequence[str],
                encoder: Encoder) -> np.ndarray:
    """F-measures of BERTScore (Zhang et al. 2020), without idf weights and baseline.

    Texts longer than the encoder reads are cut to its limit.

    Args:
        candidates: answers; a blank one scores 0.
        references: what is expected, none blank.
        encoder: whose states are compared.

    Returns:
        Shape (pairs,), mostly between 0 and 1.

    Raises:
        ModuleNotFoundError: the package bert-score is not installed.
        ValueError: the encoder has no such layer, or a decoder.
        HubError: as `Base.folder`.
    """
    scores = np.zeros(len(candidates))
    filled = [i for i, text in enumerate(candidates) if text.strip()]
    if filled:
        scores[filled] = _f_measures([candidates[i] for i in filled],
                                    [references[i] for i in filled], encoder)
    return scores


def _f_measures(candidates: list[str], references: list[str], encoder: Encoder) -> np.ndarray:
    try:
        from bert_score.utils import bert_cos_score_idf
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("BERTScore needs the package bert-score: pip install "
                                  "'medinj_utils[bertscore]'") from error
    model, tokenizer = _loaded(encoder)
    weights = defaultdict(lambda: 1.0, {tokenizer.sep_token_id: 0, tokenizer.cls_token_id: 0})
    # `BERTScorer` would load the model by words in its path, and pickled weights as well.
    measures = bert_cos_score_idf(model, references, candidates, tokenizer, weights,
                               device=model.device)
    return np.minimum(measures[:, 2].cpu().numpy(), 1)  # rounding puts equal texts above 1


def _loaded(encoder: Encoder):
    """(model, tokenizer): the encoder up to its layer."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    folder = encoder.model.folder
    config = AutoConfig.from_pretrained(folder)
    if config.is_encoder_decoder:
        raise ValueError(f"{encoder.model.name} has a decoder; name a model that is an encoder "
                         "alone, such as CamemBERT")
    if not 1 <= encoder.layer <= config.num_hidden_layers:
        raise ValueError(f"layer is {encoder.layer}; the encoder {encoder.model.name} has layers 1 "
                         f"to {config.num_hidden_layers}")
    config.num_hidden_layers = encoder.layer
    model = AutoModel.from_pretrained(folder, config=config, use_safetensors=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.model_max_length > config.max_position_embeddings:  # it has no limit of its own
        tokenizer.model_max_length = config.max_position_embeddings - 2
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer
