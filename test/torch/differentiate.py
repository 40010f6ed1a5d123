"""Loss and gradients of a network by PyTorch in 64 bits, from the network's own spec: an oracle by another hand.

One JSON object a line in: `network` (as a spec has it, with every default filled in), `images`, `inputs` (n×h×w×c), what outputs are to be (see
compute_loss), `drops` of layers of stochastic depth by their names (the factor of each image), and `parameters` by their labels, each as
[values, shape]. One object a line out: `loss` and `gradients` by label. Arrays of numbers are base64 of little-endian doubles.
"""

import base64
import json
import sys

import numpy
import torch
from torch.nn import functional as F

from layers import LAYERS, connect


def decode(text, shape):
    return torch.from_numpy(numpy.frombuffer(base64.b64decode(text), dtype="<f8").reshape(shape).copy())


def encode(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().astype("<f8").tobytes()).decode()


class Network:
    """Runs the layers of a spec; every layer has a name there."""

    def __init__(self, parameters, drops):
        self.parameters = parameters
        self.drops = drops

    def run(self, layers, x, prefix=""):
        return self.run_all(layers, x, prefix)[-1]

    def run_all(self, layers, x, prefix=""):
        """What each layer gives, of those beside each other; it reads the one before, or others by their names."""
        named = {"input": x}
        for config in layers:
            inputs = [named[name] for name in config.get("inputs", [])] or [x]
            x = self.run_layer(config, inputs, prefix + config["name"])
            named[config["name"]] = x
        return list(named.values())[1:] or [x]

    def own(self, name):
        """The parameters of a layer of that name."""
        return {
            label[len(name) + 1 :]: value
            for label, value in self.parameters.items()
            if label.rpartition(".")[0] == name
        }

    def run_layer(self, config, inputs, name):
        x = inputs[0]
        kind = config["kind"]
        if kind == "add":
            return sum(inputs[1:], x)
        if kind == "concat":
            return torch.cat(inputs, 1)
        if kind == "residual":
            body = self.run(config["body"], x, f"{name}.")
            if "dropPath" in config:
                # The layer has no name in the spec: it is the last of its kind there.
                number = 1 + sum(layer["kind"] == "stochastic-depth" for layer in config["body"])
                body = self.drop(body, f"{name}.stochastic-depth{number}")
            return body + self.run(config["shortcut"], x, f"{name}.shortcut.")
        if kind == "branches":
            ends = [
                self.run(branch, x, f"{name}.branch{i + 1}.") for i, branch in enumerate(config["branches"])
            ]
            return torch.cat(ends, 1) if config["join"] == "concat" else sum(ends)
        if kind == "squeeze-excitation":
            means = F.adaptive_avg_pool2d(x, 1)
            squeezed = F.relu(connect(means, config, self.own(f"{name}.squeeze")))
            excited = connect(squeezed, config, self.own(f"{name}.excite"))
            return x * LAYERS[config["gate"]](excited, config, {})
        if kind == "stochastic-depth":
            return self.drop(x, name)
        return LAYERS[kind](x, config, self.own(name))

    def drop(self, x, name):
        return x * torch.tensor(self.drops[name], dtype=x.dtype).reshape(-1, 1, 1, 1)


def ends_in_softmax(config):
    """Whether a layer is a softmax, or its only branch ends in one."""
    if config["kind"] == "branches" and len(config["branches"]) == 1:
        return bool(config["branches"][0]) and ends_in_softmax(config["branches"][0][-1])
    return config["kind"] == "softmax"


def compute_loss(kind, holds_softmax, outputs, job):
    """The mean over the images: each its weight times its loss, by `targets` that are numbers or by `labels`, of which it may have a second one."""
    if job["targets"] is not None:
        targets = decode(job["targets"], outputs.shape)
        return ((targets - outputs) ** 2).sum() / (2 * len(outputs))
    classes = outputs.shape[1]
    first = torch.tensor(job["labels"])
    targets = F.one_hot(first, classes).double()
    weights = torch.tensor(job["classWeights"] or [1.0] * classes, dtype=torch.float64)
    if job["mix"]:
        second = F.one_hot(torch.tensor(job["mix"]["labels"]), classes).double()
        share = torch.tensor(job["mix"]["shares"], dtype=torch.float64).reshape(-1, 1)
        targets = (1 - share) * targets + share * second
    weight = targets @ weights
    if kind == "softmax-cross-entropy":
        smoothing = job["labelSmoothing"]
        # The loss has the softmax in itself: of outputs that are one's, it takes the logarithm alone.
        logits = torch.log(outputs) if holds_softmax else outputs
        losses = F.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="none")
    else:
        losses = ((targets - outputs) ** 2).sum(1) / 2
    return (weight * losses).mean()


def answer(job):
    network = job["network"]
    sizes = network["input"]
    inputs = decode(job["inputs"], [job["images"], sizes["height"], sizes["width"], sizes["channels"]])
    parameters = {
        label: decode(values, shape).requires_grad_()
        for label, (values, shape) in job["parameters"].items()
    }
    layers = network["layers"]
    made = Network(parameters, job["drops"]).run_all(layers, inputs.permute(0, 3, 1, 2))
    places = {config["name"]: place for place, config in enumerate(layers)}
    heads = [
        (head["weight"], head.get("loss", network["loss"]), places[head["from"]])
        for head in network.get("heads", [])
    ]
    loss = sum(
        weight * compute_loss(kind, ends_in_softmax(layers[place]), made[place].flatten(1), job)
        for weight, kind, place in [(1, network["loss"], len(layers) - 1), *heads]
    )
    loss.backward()
    gradients = {
        label: encode(torch.zeros_like(value) if value.grad is None else value.grad)
        for label, value in parameters.items()
    }
    return {"loss": loss.item(), "gradients": gradients}


torch.set_num_threads(1)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
