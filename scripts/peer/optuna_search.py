"""Optuna's side of test/search/optuna.test.ts: chooses trials as it is asked on standard input, one JSON object a line.

{"space": {...}, "seed": 0, "sampler": "tpe"} begins a study; {"value": 0.5} tells the last trial's value; each is answered by the next trial's fields.
"""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial, name, written):
    if isinstance(written, dict):
        if "uniform" in written:
            return trial.suggest_float(name, *written["uniform"])
        if "int" in written:
            return trial.suggest_int(name, *written["int"], step=written.get("step", 1), log=written.get("log", False))
        if "log" in written:
            return trial.suggest_float(name, *written["log"], log=True)
        if "choice" in written:
            index = trial.suggest_categorical(name, list(range(len(written["choice"]))))
            return suggest(trial, f"{name}[{index}]", written["choice"][index])
        return {key: suggest(trial, f"{name}.{key}", value) for key, value in written.items()}
    return written


study = trial = space = None
for line in sys.stdin:
    order = json.loads(line)
    if "space" in order:
        space = order["space"]
        kinds = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
        study = optuna.create_study(sampler=kinds[order["sampler"]](seed=order["seed"]))
    else:
        study.tell(trial, order["value"])
    trial = study.ask()
    print(json.dumps({key: suggest(trial, key, written) for key, written in space.items()}), flush=True)
