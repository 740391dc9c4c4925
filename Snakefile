# What depends on what. One execution of a notebook is one job; papermill runs it (medinj_utils/book/execute.py).
import json
import shlex
from pathlib import Path

from medinj_utils.book.execute import all_executions
from medinj_utils.core.profiles import load_profile, notebook_names

PROFILE = config.get("profile", "demo")
DATA, BASE = (config.get(key) or "" for key in ("data", "base"))
TOLD = f"--data {shlex.quote(DATA)} --base {shlex.quote(BASE)}"
# A notebook's job waits for the executions of these.
AFTER = {
    "00_check_environment": [], "10_read_sources": [], "13_audit_records": ["10_read_sources"],
    "14_build_mixtures": ["13_audit_records"], "20_inspect_training_text": ["14_build_mixtures"],
    "21_train_adapter": ["14_build_mixtures"], "22_vary_recipe": ["21_train_adapter"],
    "23_vary_budget": ["21_train_adapter"],
    "30_answer_questions": ["21_train_adapter"], "31_score_choices": ["30_answer_questions"],
    "32_ask_otherwise": ["21_train_adapter"], "40_compare_provenances": ["31_score_choices"],
    "41_probe_answers": ["32_ask_otherwise", "31_score_choices"], "42_count_costs": ["31_score_choices"],
    "43_plan_power": ["31_score_choices"], "44_check_claims": ["41_probe_answers"],
    "45_compare_recipes": ["22_vary_recipe", "31_score_choices"], "46_separate_effects": ["40_compare_provenances"],
    "47_draw_learning_curves": ["23_vary_budget", "31_score_choices"],
}
ROOMS = ["data", "training", "evaluation", "comparison"]
if set(AFTER) != set(notebook_names()):
    raise WorkflowError(f"Snakefile: AFTER and notebooks/ differ in {sorted(set(AFTER) ^ set(notebook_names()))}")


def package_files(notebook):
    """The package's files that a notebook's result may depend on: its own room, earlier rooms, and the root;
    all rooms for those numbered 0, which look at the whole. Those of the training room that train ask what they trained, too."""
    trains = notebook in ("21_train_adapter", "22_vary_recipe", "23_vary_budget")
    rooms = ROOMS[:3] if trains else ROOMS[:int(notebook[0])] or ROOMS
    return [str(p) for p in sorted(Path("medinj_utils").rglob("*")) if p.is_file() and "__pycache__" not in p.parts
            and p.name not in ("publish.py", "execute.py") and (p.parts[1] not in ROOMS or p.parts[1] in rooms)]


def executed(profile, notebook=None):
    return [f"outputs/{profile}/notebooks/{name}.ipynb" for name, (of, _) in all_executions(profile, DATA, BASE).items()
            if notebook in (None, of)]


def data_files(profile, parameters):
    """Files on this disk that the sources of notebook 10 are read from, so that a changed one is read again."""
    asked = [] if profile.world else parameters.get("sources", []) + parameters.get("texts", [])
    places = [Path(told["location"]) for told in asked]
    return [str(file) for place in places for file in sorted([place, *place.rglob("*")]) if file.is_file()]


rule book:
    input:
        executed(PROFILE), "_config.yml", [str(p) for p in sorted(Path("book").rglob("*")) if p.is_file()],
        "medinj_utils/book/publish.py",
    output: f"outputs/{PROFILE}/html/index.html"
    params: told=TOLD
    shell: "python -m medinj_utils.book.publish {PROFILE} {params.told}"


for profile_name in [PROFILE, *load_profile(PROFILE, DATA, BASE).beside]:
    profile = load_profile(profile_name, DATA, BASE)
    if profile.world:
        rule:
            name: f"{profile_name}_world"
            input: [str(p) for p in sorted(Path("medinj_utils/demo").glob("*.py"))]
            output: f"outputs/{profile_name}/world/key.json"
            params:
                profile=profile_name,
                words=" ".join(f"--{key.replace('_', '-')} {value}" for key, value in profile.world.model_dump().items()),
            shell: "python -m medinj_utils.demo.world outputs/{params.profile}/world {params.words}"

    for execution, (notebook, parameters) in all_executions(profile_name, DATA, BASE).items():
        before = [f"outputs/{profile_name}/world/key.json"] if profile.world else []
        before += [path for other in AFTER[notebook] for path in executed(profile_name, other)]
        if notebook == "40_compare_provenances":
            before += [path for other in profile.beside for path in executed(other, notebook)]
        rule:
            name: f"{profile_name}_{execution}"
            input: f"notebooks/{notebook}.ipynb", before, package_files(notebook), data_files(profile, parameters)
            output: f"outputs/{profile_name}/notebooks/{execution}.ipynb"
            params: profile=profile_name, execution=execution, told=TOLD, parameters=json.dumps(parameters, sort_keys=True)
            # Without a GPU small models train side by side, a core each, which is quicker than one on all cores.
            threads: workflow.cores or 1 if profile.needs_gpu or notebook == "30_answer_questions" else 1
            shell:
                "OMP_NUM_THREADS={threads} TOKENIZERS_PARALLELISM=false "
                "python -m medinj_utils.book.execute {params.profile} {params.execution} {params.told}"
