import json

import pytest

from medinj_utils.models.refusals import refused_parameter

SENT = {"max_tokens", "temperature", "seed", "structured_outputs"}


def openai(message, param=None, code=None):
    return json.dumps({"error": {"message": message, "type": "invalid_request_error",
                                 "param": param, "code": code}})


@pytest.mark.parametrize("body, refused", [
    # a field of its own
    (openai("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.", "max_tokens"), "max_tokens"),
    (openai("Unsupported value: 'temperature' does not support 0 with this model. Only the default "
            "(1) value is supported.", "temperature"), "temperature"),
    (openai("Unsupported parameter. Accepted: max_tokens, temperature.", "seed",
            "unsupported_parameter"), "seed"),
    (openai("Invalid value", "seed", "unsupported_parameter"), "seed"),
    (openai("Unsupported parameter, accepted: max_tokens.", "structured_outputs"),
     "structured_outputs"),
    (openai("Unsupported parameter, accepted: max_tokens.", "user"), None),
    (openai("max_tokens is too large: 100000", "max_tokens"), None),
    ('{"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are '
     'not permitted", "input": {"max_tokens": 4}}]}', "seed"),
    ('{"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", '
     '"temperature"], "msg": "Extra inputs are not permitted"}]}}',
     "temperature"),
    (json.dumps({"message": "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra "
                            "inputs are not permitted', 'input': {'max_tokens': 4}}]",
                 "type": "BadRequestError", "param": None, "code": 400}), "seed"),
    (json.dumps({"message": "1 validation error:\n {'type': 'extra_forbidden', 'loc': ('body', "
                            "'seed'), 'msg': 'Extra inputs are not permitted', "
                            "'input': {'max_tokens': 4}}"}), "seed"),
    # nearest to the words
    (openai("unknown field seed"), "seed"),
    (openai("Extra inputs are not permitted: temperature"), "temperature"),
    ("unknown field `seed`", "seed"),
    ('{"error": "unexpected keyword argument \'seed\'"}', "seed"),
    (openai("This model does not support temperature, with max_tokens it works."), "temperature"),
    (openai("With max_tokens=4 and top_p=1, the parameter seed is not supported"), "seed"),
    (openai("'max_tokens' is deprecated, use 'max_completion_tokens' instead"), "max_tokens"),
    (openai("Please use max_completion_tokens instead of max_tokens"), "max_tokens"),
    (openai("seed is not allowed; use temperature instead"), "seed"),
    # lists of what is accepted, suggestions, copies of the request
    (openai("unknown field `seed`, expected one of `model`, `messages`, `max_tokens`, "
            "`temperature`"), "seed"),
    (openai("Unknown field 'foo'. Accepted: model, messages, max_tokens, temperature"), None),
    (openai("Unsupported parameter. Supported parameters are: model, max_tokens, temperature, "
            "seed"), None),
    (openai("Unrecognized parameter structured_outputs. Allowed: max_tokens, seed"),
     "structured_outputs"),
    (openai("Only model, messages, max_tokens are supported: seed is not supported"), None),
    (openai("Unknown parameter 'guided'. Did you mean 'max_tokens'?"), None),
    (openai("Unknown parameter 'guided' (valid fields: max_tokens, seed)"), None),
    (openai("Unknown parameter: 'structured_outputs'. Request: {\"max_tokens\": 4, \"seed\": 0}"),
     "structured_outputs"),
    ('{"error": "unknown field foo", "request": {"max_tokens": 4, "seed": 0}}', None),
    ('{"error": "unsupported", "input": "max_tokens"}', None),
    ('{"error": {"message": "unknown model"}, "body": {"max_tokens": 4}}', None),
    (openai("Unknown model. max_tokens was 32, seed 0."), None),
    # what is 0 and can't be
    ('{"error": "Input validation error: `temperature` must be strictly positive", "error_type": '
     '"validation"}', "temperature"),
    (openai("temperature must be greater than 0"), "temperature"),
    (openai("temperature: should be > 0"), "temperature"),
    (openai("`temperature` (=0) has to be a strictly positive float"), "temperature"),
    (openai("temperature must be in (0, 2]"), "temperature"),
    ('{"detail": [{"type": "greater_than", "loc": ["body", "temperature"], "msg": "Input should be '
     'greater than 0", "input": 0}]}', "temperature"),
    (openai("temperature must be between 0.01 and 1"), "temperature"),
    (openai("seed must be at least 1"), "seed"),
    (openai("0 is less than the minimum of 0.1 - 'temperature'"), "temperature"),
    (openai("temperature cannot be 0"), "temperature"),
    (openai("max_tokens must be greater than 16"), None),
    (openai("max_tokens must be at least 16, temperature is fine"), None),
    ("", None), ("[]", None), ("null", None), ("<html>unknown</html>", None),
    ('"seed is unknown"', "seed"), ("{" * 500, None)])
def test_the_parameter_that_an_error_refuses_is_the_one_that_it_speaks_of(body, refused):
    assert refused_parameter(body, SENT) == refused
