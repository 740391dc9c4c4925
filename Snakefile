# What depends on what. One execution of a notebook is one job; papermill runs it (medinj_utils/book/execute.py).
# PROFILE, DATA and BASE come from the environment and go on by it, so that whatever signs they hold, no YAML and no
# shell reads them.
import hashlib
import json
import os
import sys
from functools import cache
from pathlib import Path

from medinj_utils.book.results import RESULTS, executions_of_results
from medinj_utils.book.running import RunningError, hold
from medinj_utils.core.files import sha256
from medinj_utils.core.parameters import notebook_names
from medinj_utils.core.profiles import all_executions, load_profile
from medinj_utils.core.tree import OUTPUTS, Tree
from medinj_utils.data.gather import files_of
from medinj_utils.data.locations import hub_commit

if strange := {"profile", "data", "base"} & set(config):
    raise WorkflowError(f"{', '.join(sorted(strange))}: set by the environment, as in PROFILE=paper DATA=folder snakemake …")
for name, default in (("PROFILE", "demo"), ("DATA", ""), ("BASE", "")):
    os.environ[name] = os.environ.get(name) or default
PROFILE, DATA, BASE = (os.environ[name] for name in ("PROFILE", "DATA", "BASE"))
PYTHON, RUN = sys.executable, os.getpid()
# A notebook's job waits for the executions of these.
AFTER = {
    "00_check_environment": [],
    "10_read_sources": [],
    "13_audit_records": ["10_read_sources"],
    "14_build_mixtures": ["13_audit_records"],
    "15_count_records": ["10_read_sources"],
    "16_find_artefacts": ["10_read_sources"],
    "20_inspect_training_text": ["14_build_mixtures"],
    "21_train_adapter": ["14_build_mixtures"],
    "30_answer_questions": ["21_train_adapter"],
    "31_score_choices": ["30_answer_questions"],
    "32_ask_otherwise": ["21_train_adapter"],
    "33_score_open_answers": ["30_answer_questions"],
    "34_judge_open_answers": ["30_answer_questions"],
    "35_judge_the_judge": ["31_score_choices", "33_score_open_answers", "34_judge_open_answers",
                           "36_rate_by_hand"],
    "36_rate_by_hand": ["30_answer_questions"],
    "37_exchange_with_harness": ["31_score_choices"],
    "40_compare_provenances": ["31_score_choices"],
    "41_probe_answers": ["32_ask_otherwise", "31_score_choices"],
    "42_count_costs": ["40_compare_provenances"],
    "43_plan_power": ["40_compare_provenances"],
    "44_check_claims": ["40_compare_provenances", "41_probe_answers", "35_judge_the_judge"],
    "46_separate_effects": ["40_compare_provenances"],
    "48_compare_parts": ["40_compare_provenances"],
    "49_measure_forgetting": ["40_compare_provenances"],
    "50_vary_recipe": ["21_train_adapter"],
    "51_vary_budget": ["21_train_adapter"],
    "52_compare_recipes": ["50_vary_recipe", "31_score_choices"],
    "53_draw_learning_curves": ["51_vary_budget", "31_score_choices"],
}
envvars: "PROFILE", "DATA", "BASE"


onstart:
    try:
        hold([PROFILE, *load_profile(PROFILE, DATA, BASE).beside])
    except RunningError as error:
        raise WorkflowError(str(error))


ROOMS = ["data", "training", "evaluation", "comparison", "variations"]
if set(AFTER) != set(notebook_names()):
    raise WorkflowError(f"Snakefile: AFTER and notebooks/ differ in {sorted(set(AFTER) ^ set(notebook_names()))}")


# The hash of each file of the package, of which every notebook's job takes some.
PACKAGE = {path: sha256(path) for path in sorted(Path("medinj_utils").rglob("*"))
           if path.is_file() and "__pycache__" not in path.parts}


def package_hash(notebook):
    """Hash of the package's files that a notebook's result may depend on: the floor, its own room and earlier ones;
    all rooms for those numbered 0, which look at the whole. Notebooks on open answers compare, too.

    A parameter and no list of inputs: of every input of every waiting job Snakemake reads the size several times a second."""
    rooms = ROOMS[:4 if "33" <= notebook[:2] <= "36" else int(notebook[0])] or ROOMS
    others = {*ROOMS, "book"} - {*rooms}
    files = {str(path): digest for path, digest in PACKAGE.items() if path.parts[1] not in others}
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


@cache
def executions(profile):
    return all_executions(profile, DATA, BASE)


def executed(profile, notebook=None):
    return [str(Tree(OUTPUTS / profile).executed(name)) for name, (executed_notebook, _) in executions(profile).items()
            if notebook in (None, executed_notebook)]


def executed_on_results(name=None):
    """Executed copies of notebooks on kept results: of one, or of all that the profile shows."""
    return [str(Tree(parameters["output"]).executed(notebook))
            for execution, (notebook, parameters) in executions_of_results(PROFILE, DATA, BASE).items()
            if name in (None, execution.partition("/")[0])]


def files_named(profile, parameters):
    """Files on this disk that parameters name: what sources are read from, a recipe, a model's folder, logs."""
    sets = [entry for name in ("sources", "triplets", "judge_training") for entry in parameters.get(name, [])]
    sources = [] if profile.world else sets
    named = [parameters.get(name, "") for name in ("recipe", "base_model", "encoder")]
    named += [*parameters.get("harness_logs", {}).values(), *parameters.get("rating_files", [])]
    named += [judge.get("base_model", "") for judge in parameters.get("judges", [])]
    return sorted({file for place in [*(source["location"] for source in sources), *named] for file in files_of(place)})


def as_input(files):
    """The files whose names Snakemake can take. It finds wildcards in braces, doubled ones too: `stamps` alone watches these."""
    return [str(file) for file in files if not {"{", "}"} & set(str(file))]


def stamps(files):
    """Size and time of each file: a file that is replaced by an older one has changed too."""
    return [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]


@cache
def commit_now(location, revision):
    return hub_commit(location, revision)


def commits(parameters):
    """The commit that each source on the hub is at: a moved branch is read again."""
    named = ((source["location"], source.get("revision")) for source in parameters.get("sources", []))
    return {location: commit for location, revision in named if (commit := commit_now(location, revision))}


rule book:
    input:
        executed(PROFILE), executed_on_results(), "_config.yml", [str(p) for p in sorted(Path("book").rglob("*")) if p.is_file()],
        *(f"medinj_utils/book/{name}.py" for name in ("publish", "opening", "measured", "tour", "result_pages", "theme", "glossary")),
    output: str(Tree(OUTPUTS / PROFILE).html / "index.html")
    shell: '{PYTHON:q} -m medinj_utils.book.publish {PROFILE:q} --data="$DATA" --base="$BASE" --under {RUN}'


for profile_name in [PROFILE, *load_profile(PROFILE, DATA, BASE).beside]:
    profile, tree = load_profile(profile_name, DATA, BASE), Tree(OUTPUTS / profile_name)
    if profile.world:
        rule:
            name: f"{profile_name}_world"
            input: [str(p) for p in sorted(Path("medinj_utils/demo").glob("*.py"))]
            output: str(tree.world_key)
            params:
                folder=tree.world,
                words=" ".join(f"--{key.replace('_', '-')} {value}" for key, value in profile.world.model_dump().items()),
            shell: "{PYTHON:q} -m medinj_utils.demo.world {params.folder:q} {params.words}"

    for execution, (notebook, parameters) in executions(profile_name).items():
        files = files_named(profile, parameters)
        before = [str(tree.world_key)] if profile.world else []
        before += [path for other in AFTER[notebook] for path in executed(profile_name, other)]
        # Without a GPU small models train side by side, a core each, which is quicker than one on all cores. They answer
        # quicker on all; a planted world's model, which is tiny, doesn't.
        all_cores = profile.needs_gpu or (notebook == "30_answer_questions" and not profile.world)
        if notebook == "40_compare_provenances":
            before += [path for other in profile.beside for path in executed(other, notebook)]
        rule:
            name: f"{profile_name}_{execution}"
            input: f"notebooks/{notebook}.ipynb", before, as_input(files)
            output: str(tree.executed(execution))
            params:
                profile=profile_name, execution=execution, package=package_hash(notebook),
                # Functions: elsewhere Snakemake takes braces for wildcards, even those of a file's name.
                parameters=lambda wildcards, text=json.dumps(parameters, sort_keys=True): text,
                files=lambda wildcards, files=stamps(files): files,
                commits=lambda wildcards, named={} if profile.world else commits(parameters): named,
            threads: workflow.cores or 1 if all_cores else 1
            shell:
                "OMP_NUM_THREADS={threads} TOKENIZERS_PARALLELISM=false "
                "{PYTHON:q} -m medinj_utils.book.execute {params.profile:q} {params.execution:q} "
                '--data="$DATA" --base="$BASE" --under {RUN}'


for name in load_profile(PROFILE, DATA, BASE).results:
    tree = Tree(OUTPUTS / PROFILE).results(name)
    rule:
        name: f"result_{name}"
        input: [str(path) for path in sorted((RESULTS / name).rglob("*")) if path.is_file()]
        output: str(tree.kept)
        params: name=name
        shell: "{PYTHON:q} -m medinj_utils.book.results {PROFILE:q} {params.name:q}"

for execution, (notebook, parameters) in executions_of_results(PROFILE, DATA, BASE).items():
    name, tree = execution.partition("/")[0], Tree(parameters["output"])
    before = [path for path in executed_on_results(name)[:1] if path != str(tree.executed(notebook))]
    rule:
        name: f"result_{name}_{notebook}"
        input: f"notebooks/{notebook}.ipynb", str(tree.kept), before
        output: str(tree.executed(notebook))
        params: execution=execution, package=package_hash(notebook)
        threads: 1
        shell:
            "OMP_NUM_THREADS={threads} "
            '{PYTHON:q} -m medinj_utils.book.execute {PROFILE:q} {params.execution:q} --data="$DATA" --base="$BASE" --under {RUN}'
