import pytest

from medinj_utils.models.chat import TemplateError, chat_ids
from medinj_utils.models.loading import Base, load_base

CHAT = [{"role": "user", "content": "Bonjour"}]


def test_a_chat_is_rendered_by_the_tokenizers_template_and_nothing_is_added(loaded):
    tokenizer = loaded[1]
    text = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    assert tokenizer.decode(chat_ids(tokenizer, CHAT, open_answer=True)) == text
    closed = chat_ids(tokenizer, CHAT)
    assert chat_ids(tokenizer, CHAT, open_answer=True)[:len(closed)] == closed


def test_a_tokenizer_without_a_template_is_refused():
    tokenizer = load_base(Base("planted"))[1]
    tokenizer.chat_template = None
    with pytest.raises(TemplateError, match="no chat template"):
        chat_ids(tokenizer, CHAT)
