import json

import httpx
import huggingface_hub
import pytest
from huggingface_hub import errors

from medinj_utils.core import hub
from medinj_utils.core.hub import HubError, commit_at, commit_of, snapshot

COMMIT = "0" * 39 + "1"


def answered(kind, status):
    """An error of the client for an answer of the hub."""
    request = httpx.Request("GET", "https://huggingface.co/x")
    return kind("said the hub", response=httpx.Response(status, request=request))


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.fixture
def gives(monkeypatch):
    """Lets the hub raise these errors in turn, then give a folder; counts what it was asked."""
    def set_up(*raised):
        left, asked = list(raised), []

        def snapshot_download(name, **options):
            if options.pop("local_files_only", False):
                raise errors.LocalEntryNotFoundError("not in the cache")
            asked.append(options)
            if left:
                raise left.pop(0)
            return f"cache/snapshots/{COMMIT}/"

        monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
        monkeypatch.setattr(huggingface_hub.HfApi, "repo_info", lambda *args,
                            **kwargs: type("Info", (), {"sha": COMMIT}))
        monkeypatch.setattr(hub, "_PAUSES", (0, 0, 0))
        return asked
    return set_up


@pytest.mark.parametrize("revision", ["", "v1", COMMIT])
def test_a_set_is_held_to_the_commit_that_its_branch_is_at(gives, revision):
    asked = gives()
    assert commit_of(snapshot("a/b", revision, "dataset", ["*.csv"])) == COMMIT
    assert [options["revision"] for options in asked] == [revision or None]


BROKEN = httpx.ReadError("broke")
PASSING = [answered(errors.HfHubHTTPError, status) for status in (429, 500, 502, 503, 504)] + [
    BROKEN, httpx.ConnectTimeout("late"), caused(errors.LocalEntryNotFoundError("no"), BROKEN),
    ConnectionResetError(),
    OSError("Consistency check failed: file should be of size 9 but has size 5"),
    caused(errors.LocalEntryNotFoundError("no"), answered(errors.HfHubHTTPError, 503))]


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_what_may_pass_is_tried_again_with_a_limit(gives, error):
    asked = gives(error, error)
    assert snapshot("a/b", COMMIT, "model", ["*"]) and len(asked) == 3
    asked = gives(*[error] * 9)
    ill = "the hub is busy|the hub doesn't answer|a download broke off"
    with pytest.raises(HubError, match=f"the model a/b at {COMMIT}: ({ill})"):
        snapshot("a/b", COMMIT, "model", ["*"])
    assert len(asked) == 4


@pytest.mark.parametrize("error, says", [
    (answered(errors.GatedRepoError, 403), "access on request.*HF_TOKEN"),
    (answered(errors.GatedRepoError, 401), "access on request"),
    (answered(errors.HfHubHTTPError, 403), "access on request"),
    (answered(errors.DisabledRepoError, 403), "the hub has closed it to everybody"),
    (answered(errors.HfHubHTTPError, 401), "private.*HF_TOKEN"),
    (answered(errors.RepositoryNotFoundError, 404), "none of this name, or it is private"),
    (answered(errors.RevisionNotFoundError, 404), "not this revision: name a commit"),
    (answered(errors.HfHubHTTPError, 418), "refuses it or a file of it, with status 418"),
    (caused(errors.LocalEntryNotFoundError("no"), answered(errors.RemoteEntryNotFoundError, 404)),
     "status 404"),
    (errors.HFValidationError("Repo id must use"), "organisation/name"),
    (errors.OfflineModeIsEnabled("off"), "HF_HUB_OFFLINE"),
    (httpx.UnsupportedProtocol("no http://"), "address is not valid .*: check HF_ENDPOINT"),
    (httpx.InvalidURL("Invalid port: 'x'"), "address is not valid .*: check HF_ENDPOINT"),
    (httpx.TooManyRedirects("more than 20"), "redirects in a circle"),
    (ImportError("Using SOCKS proxy, but"), "a package .* is missing .*SOCKS"),
    (json.JSONDecodeError("Expecting value", "<html>", 0), "answers is not a hub .*login"),
    (TypeError("must be a mapping, not list"), "answers is not a hub .*HF_ENDPOINT"),
    (AssertionError("must have a revision sha"), "answers is not a hub"),
    (OSError(28, "No space left on device"),
     "can't be written into the cache.*No space.*: set HF_HOME to a writable folder"),
    (ValueError("odd"), "refuses it .ValueError: odd"),
    (ValueError(""), "no message")], ids=str)
def test_what_stays_so_is_said_at_once_with_what_to_do(gives, error, says):
    asked = gives(error)
    with pytest.raises(HubError, match=f"(?s)^the data set a/b at v1: .*{says}") as raised:
        snapshot("a/b", "v1", "dataset", ["*"])
    assert len(asked) == 1
    assert "Request ID" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("error, set_up, says", [
    (answered(errors.HfHubHTTPError, 401), {"HF_TOKEN": "hf_old"}, "rejects the token of HF_TOKEN"),
    ("é".encode, {"HF_TOKEN": "hf_é"}, "HF_TOKEN holds a character that no token has"),
    (httpx.ConnectError("refused"), {"HTTPS_PROXY": "http://x"}, "and the proxy in HTTPS_PROXY"),
    (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), {}, "set SSL_CERT_FILE")],
    ids=["token", "letter in the token", "proxy", "certificate"])
def test_what_the_environment_spoils_is_named(gives, monkeypatch, error, set_up, says):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in set_up.items():
        monkeypatch.setenv(name, value)
    if callable(error):
        with pytest.raises(UnicodeEncodeError) as raised:
            error("ascii")
        error = raised.value
    gives(*[error] * 4)
    with pytest.raises(HubError, match=f"the data set a/b: .*{says}"):
        snapshot("a/b", "", "dataset", ["*"])


def test_a_set_is_taken_from_the_cache_where_the_hub_is_not_there(local_hub, monkeypatch, capsys):
    first = local_hub.publish("datasets", "a/b", {"train.csv": b"x"})
    folder = snapshot("a/b", "", "dataset", ["*"])
    local_hub.publish("datasets", "a/b", {"train.csv": b"y"})
    local_hub.fault("/api/", status=503, times=99)
    assert snapshot("a/b", "", "dataset", ["*"]) == folder
    assert f"using the copy read last, at commit {first}" in capsys.readouterr().out
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert snapshot("a/b", "", "dataset", ["*"]) == folder
    assert commit_at("a/b", "", "dataset") == first


def test_an_address_that_leads_in_a_circle_and_a_login_page_are_told_from_the_hub(local_hub):
    local_hub.publish("datasets", "a/b", {"train.csv": b"x"})
    local_hub.fault("/api/datasets", body=b"<html>Please log in</html>")
    with pytest.raises(HubError, match="the data set a/b: the server that answers is not a hub"):
        snapshot("a/b", "", "dataset", ["*"])
    local_hub.move("datasets", "a/b", "a/b")
    with pytest.raises(HubError, match="the data set a/b: its address redirects in a circle"):
        snapshot("a/b", "", "dataset", ["*"])


def test_files_in_the_cache_are_named_by_their_address(monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", "/my cache/hub")
    message = f"/my cache/hub/datasets--a--b-c/snapshots/{COMMIT}/data/q.csv: no table"
    assert hub.with_address(message) == f"hf://datasets/a/b-c@{COMMIT}/data/q.csv: no table"
    assert hub.with_address("/my/q.csv: no table") == "/my/q.csv: no table"


def test_an_interrupt_is_one(gives):
    gives(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        snapshot("a/b", COMMIT, "model", ["*"])


def test_the_commit_of_a_branch_is_the_caches_where_the_hub_does_not_answer(monkeypatch):
    played = {"info": COMMIT, "cache": f"c/snapshots/{'2' * 40}"}

    def given(what):
        if not played[what]:
            raise httpx.ConnectError("no network")
        return played[what]

    monkeypatch.setattr(huggingface_hub.HfApi, "repo_info", lambda *args,
                        **kwargs: type("Info", (), {"sha": given("info")}))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *args, local_files_only,
                        **kwargs: given("cache"))
    assert commit_at("a/b", "", "dataset") == COMMIT
    assert commit_at("a/b", "3" * 40, "dataset") == "3" * 40
    played["info"] = ""
    assert commit_at("a/b", "v1", "dataset") == "2" * 40
    played["cache"] = ""
    assert commit_at("a/b", "v1", "dataset") == ""
