"""Loss and gradients of a network by PyTorch in 64 bits, from the network's own spec: an oracle by another hand.

One JSON object a line in: `network` (as a spec has it, with every default filled in), `images`, `inputs` (n×h×w×c), `labels`,
`labelSmoothing`, and `parameters` by their labels, each as [values, shape]. One object a line out: `loss` and `gradients` by label. Arrays
of numbers are base64 of little-endian doubles.
"""

import base64
import json
import sys

import numpy
import torch
from torch.nn import functional as F


def decode(text, shape):
    return torch.from_numpy(numpy.frombuffer(base64.b64decode(text), dtype="<f8").reshape(shape).copy())


def encode(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().astype("<f8").tobytes()).decode()


def pad_around(x, config, value=0.0):
    """Padding of [top, bottom, left, right], by the layer's mode."""
    top, bottom, left, right = config["padding"]
    if top == bottom == left == right == 0:
        return x
    mode = config.get("paddingMode", "zero")
    sides = (left, right, top, bottom)
    if mode in ("reflect", "replicate"):
        return F.pad(x, sides, mode=mode)
    return F.pad(x, sides, value=config.get("paddingValue", value))


def convolve(x, config, parameters):
    """Kernels are H×W×C×F, of groups G×H×W×(C/G)×(F/G)."""
    kernel = parameters["kernel"]
    groups = config.get("groups", 1)
    if groups == 1:
        kernel = kernel.permute(3, 2, 0, 1).contiguous()
    else:
        height, width, inputs = kernel.shape[1:4]
        kernel = kernel.permute(0, 4, 3, 1, 2).reshape(-1, inputs, height, width)
    return F.conv2d(
        pad_around(x, config),
        kernel,
        parameters.get("bias"),
        stride=config["stride"],
        dilation=config.get("dilation", 1),
        groups=groups,
    )


def connect(x, config, parameters):
    return F.conv2d(x, parameters["kernel"].permute(3, 2, 0, 1).contiguous(), parameters.get("bias"))


def window_of(config, x):
    kernel = list(x.shape[2:]) if config["kernel"] == "global" else config["kernel"]
    return kernel, config.get("stride", kernel)


def pool_maximum(x, config, parameters):
    kernel, stride = window_of(config, x)
    if config.get("ceil"):
        top, _, left, _ = config["padding"]
        return F.max_pool2d(x, kernel, stride, padding=(top, left), ceil_mode=True)
    return F.max_pool2d(pad_around(x, config, -torch.inf), kernel, stride)


def pool_mean(x, config, parameters):
    kernel, stride = window_of(config, x)
    counts_padding = config.get("countPadding", False)
    if config.get("ceil"):
        top, _, left, _ = config["padding"]
        return F.avg_pool2d(
            x, kernel, stride, padding=(top, left), ceil_mode=True, count_include_pad=counts_padding
        )
    means = F.avg_pool2d(pad_around(x, config), kernel, stride)
    if counts_padding or config.get("paddingMode", "zero") != "zero":
        return means
    inside = F.avg_pool2d(pad_around(torch.ones_like(x[:1, :1]), config), kernel, stride)
    return means / inside


def pool_trainably(x, config, parameters):
    kernel, _ = window_of(config, x)
    if config["down"] == "sum":
        area = kernel[0] * kernel[1]
        down = area * pool_mean(x, {**config, "countPadding": True}, parameters)
    else:
        down = pool_mean(x, config, parameters)
    return over_channels(parameters["scale"]) * down + over_channels(parameters["bias"])


def over_channels(vector):
    return vector.reshape(1, -1, 1, 1)


def normalize_batch(x, config, parameters):
    return F.batch_norm(
        x, None, None, parameters.get("scale"), parameters.get("shift"), training=True, eps=config["epsilon"]
    )


def fill_channels(x, config, parameters):
    return F.pad(x, (0, 0, 0, 0, config["before"], config["after"]))


LAYERS = {
    "convolution": convolve,
    "fully-connected": connect,
    "max-pooling": pool_maximum,
    "average-pooling": pool_mean,
    "trainable-pooling": pool_trainably,
    "batch-normalization": normalize_batch,
    "channel-padding": fill_channels,
    "multiply": lambda x, config, _: config["factor"] * x,
    "relu": lambda x, *_: F.relu(x),
    "relu6": lambda x, *_: F.relu6(x),
    "leaky-relu": lambda x, config, _: F.leaky_relu(x, config["slope"]),
    "prelu": lambda x, _, parameters: F.prelu(x, parameters["slope"]),
    "elu": lambda x, config, _: F.elu(x, config["alpha"]),
    "gelu": lambda x, config, _: F.gelu(x, approximate=config["approximate"]),
    "silu": lambda x, *_: F.silu(x),
    "hard-swish": lambda x, *_: F.hardswish(x),
    "softplus": lambda x, config, _: F.softplus(x, config["beta"], config["threshold"]),
    "mish": lambda x, *_: F.mish(x),
    "sigmoid": lambda x, *_: torch.sigmoid(x),
    "hard-sigmoid": lambda x, *_: F.hardsigmoid(x),
    "tanh": lambda x, *_: torch.tanh(x),
    "identity": lambda x, *_: x,
}


class Network:
    """Runs the layers of a spec; every layer has a name there."""

    def __init__(self, parameters):
        self.parameters = parameters

    def run(self, layers, x, prefix=""):
        for config in layers:
            x = self.run_layer(config, x, prefix + config["name"])
        return x

    def own(self, name):
        """The parameters of a layer of that name."""
        return {
            label[len(name) + 1 :]: value
            for label, value in self.parameters.items()
            if label.rpartition(".")[0] == name
        }

    def run_layer(self, config, x, name):
        if config["kind"] == "residual":
            body = self.run(config["body"], x, f"{name}.")
            return body + self.run(config["shortcut"], x, f"{name}.shortcut.")
        if config["kind"] == "branches":
            ends = [
                self.run(branch, x, f"{name}.branch{i + 1}.") for i, branch in enumerate(config["branches"])
            ]
            return torch.cat(ends, 1) if config["join"] == "concat" else sum(ends)
        if config["kind"] == "squeeze-excitation":
            means = F.adaptive_avg_pool2d(x, 1)
            squeezed = F.relu(connect(means, config, self.own(f"{name}.squeeze")))
            excited = connect(squeezed, config, self.own(f"{name}.excite"))
            return x * LAYERS[config["gate"]](excited, config, {})
        own = self.own(name)
        return LAYERS[config["kind"]](x, config, own)


def compute_loss(kind, outputs, labels, smoothing):
    if kind == "softmax-cross-entropy":
        return F.cross_entropy(outputs, labels, label_smoothing=smoothing)
    targets = F.one_hot(labels, outputs.shape[1]).double()
    return ((targets - outputs) ** 2).sum() / (2 * len(labels))


def answer(job):
    network = job["network"]
    sizes = network["input"]
    inputs = decode(job["inputs"], [job["images"], sizes["height"], sizes["width"], sizes["channels"]])
    parameters = {
        label: decode(values, shape).requires_grad_()
        for label, (values, shape) in job["parameters"].items()
    }
    outputs = Network(parameters).run(network["layers"], inputs.permute(0, 3, 1, 2))
    loss = compute_loss(
        network["loss"], outputs.flatten(1), torch.tensor(job["labels"]), job["labelSmoothing"]
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
