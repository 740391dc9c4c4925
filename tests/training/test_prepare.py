import pytest
from transformers import AutoTokenizer

from medinj_utils.models.chat import TemplateError
from medinj_utils.training import prepare as prepare_module
from medinj_utils.training.job import Rows
from medinj_utils.training.prepare import epochs_of, prepare

from .tuning import PLANTED, quick_job


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(PLANTED.folder)


def test_epochs_hold_every_row_once_in_an_order_that_the_seed_decides(rows):
    records = rows.head(10).to_dict("records")
    ids = sorted(rows["id"].head(10))
    first, again, other = ([row["id"] for row in epochs_of(records, 3, seed, permute=False)]
                           for seed in (0, 0, 1))
    assert first == again != other
    assert all(sorted(first[start:start + 10]) == ids for start in (0, 10, 20))
    assert first[:10] != first[10:20]
    options = {row["id"]: row["options"] for row in records}
    assert all(row["options"] == options[row["id"]] for row in epochs_of(records, 1, 0, False))


def test_the_right_letters_move_with_their_options(rows):
    record = rows[rows["options"].map(len) >= 4].iloc[0].to_dict()
    orders = set()
    for row in epochs_of([record], 30, 0, permute=True):
        orders.add(tuple(row["options"]))
        for table in (record, row):
            right = {
                table["options"]["ABCDEFGH".index(letter)] for letter in table["answer_letters"]
            }
            assert right == {record["options"]["ABCDEFGH".index(letter)]
                             for letter in record["answer_letters"]}
    assert len(orders) > 10


def test_texts_are_learned_in_steps_and_validation_rows_are_ordered_by_length(rows, tokenizer):
    records = rows.to_dict("records")
    data = prepare(Rows(records, records[:9]), tokenizer, quick_job(), 1)
    assert (data.examples, data.too_long, data.steps) == (80, 0, 10)
    ids = [row["id"] for row in epochs_of(records, 2, 0, permute=False)]
    for step in (1, 10):
        learned = data.step_texts(step)
        assert {text.id for text in learned} == set(ids[8 * (step - 1):8 * step])
        lengths = [len(text.input_ids) for text in learned]
        assert lengths == sorted(lengths)
    lengths = [len(text.input_ids) for text in data.validation]
    assert len(lengths) == 9 and lengths == sorted(lengths)


def test_the_last_step_gives_each_process_as_many_rows(rows, tokenizer):
    data = prepare(Rows(rows.head(9).to_dict("records")), tokenizer, quick_job(epochs=1), 2)
    assert data.examples == 9 and len(data.texts) == 10 and data.texts[9].supervised == 0
    assert [len(data.batches[process::2]) for process in (0, 1)] == [2, 2]
    assert data.batches[-2:] == [[8], [9]]


def test_a_row_is_tokenised_once_however_many_epochs_teach_it(rows, tokenizer, monkeypatch):
    tokenised, real = [], prepare_module.training_text
    monkeypatch.setattr(prepare_module, "training_text",
                        lambda row, *args: tokenised.append(row["id"]) or real(row, *args))
    learned = Rows(rows.to_dict("records"))
    prepare(learned, tokenizer, quick_job(epochs=3), 1)
    assert sorted(tokenised) == sorted(rows["id"])
    prepare(learned, tokenizer, quick_job(epochs=3, permute_options=True), 1)
    assert len(tokenised) > 2 * len(rows)  # with its options in another order it is another text


def test_too_many_long_rows_stop_the_run_and_few_are_counted(rows, tokenizer):
    long = rows.copy()
    long.loc[:2, "context"] = "mot " * 300
    with pytest.raises(ValueError, match="6 of 80 rows have more than 256 tokens.*7.5% of the "
                                         "rows, more than the 5% that may be left out"):
        prepare(Rows(long.to_dict("records")), tokenizer, quick_job(), 1)
    long.loc[1:, "context"] = ""
    data = prepare(Rows(long.to_dict("records")), tokenizer, quick_job(), 1)
    assert (data.too_long, data.examples) == (2, 78)
    with pytest.raises(ValueError, match="3 of 3 rows have more than 5 tokens.*Raise max_length"):
        prepare(Rows(rows.head(3).to_dict("records")), tokenizer, quick_job(epochs=1, max_length=5),
                1)
    empty = rows.assign(answer_letters=[[] for _ in range(len(rows))], answer_text="")
    with pytest.raises(TemplateError, match="row .*the answer is empty"):
        prepare(Rows(empty.to_dict("records")), tokenizer, quick_job(), 1)


def test_a_run_of_one_step_is_refused(rows, tokenizer):
    with pytest.raises(ValueError,
                       match="ALL-s0: 40 rows, all epochs together, make one step of 40"):
        prepare(Rows(rows.to_dict("records")), tokenizer,
                quick_job(epochs=1, batch_size=8, gradient_accumulation=5), 1)
