"""PyTorch's side of the benchmarks: convolutions; training steps and evaluations of networks; processes that train.

See turns.py for what goes in and out. A job says its memory format and, of an evaluation, its mode; src/bench/peers.ts lists both. The
allocator is the process's own: LD_PRELOAD. By hand:

    echo '{"kind": "convolution", "shape": {"height": 32, "width": 32, "channels": 64, "kernel": 3, "filters": 64, "padding": 1},
      "images": 32, "parts": ["forward"], "threads": 1, "format": "contiguous", "rounds": 5, "seconds": 0.1}' | tr -d '\n' | python3 pytorch.py
"""

import ctypes
import functools
import json
import os
import resource
import subprocess
import sys
import time

import torch
from torch import nn

from turns import serve, time_runs

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}

# The order of the flags of aten::convolution_backward: which gradients to compute.
GRADIENTS = {"input-gradient": [True, False, False], "kernel-gradient": [False, True, False]}

ACTIVATIONS = {
    "relu": lambda in_place: nn.ReLU(in_place),
    "sigmoid": lambda in_place: nn.Sigmoid(),
    "tanh": lambda in_place: nn.Tanh(),
    "identity": lambda in_place: nn.Identity(),
}
# Kinds whose output nobody else reads, nor their own backward pass.
MAY_BE_OVERWRITTEN = ("convolution", "batch-normalization", "fully-connected", "residual")


def set_threads(count):
    """PyTorch's own, and those of a BLAS that does not count with it: OpenBLAS takes all cores by itself."""
    torch.set_num_threads(count)
    if BLAS is not None:
        BLAS.openblas_set_num_threads(count)


def find_openblas():
    """The OpenBLAS that Debian's PyTorch multiplies matrices with, by the name of any BLAS; None where it has another one, or its own."""
    try:
        library = ctypes.CDLL("libblas.so.3", mode=os.RTLD_NOLOAD | os.RTLD_NOW)
        library.openblas_set_num_threads
    except (OSError, AttributeError):
        return None
    return library


BLAS = find_openblas()


def list_lacks():
    """What would make this PyTorch faster: a BLAS, where it is built for any and finds the plain one."""
    if BLAS is None and "BLAS_INFO=generic" in torch.__config__.show():
        return ["PyTorch multiplies matrices by a BLAS other than OpenBLAS; Debian: apt-get install libopenblas0-pthread"]
    return []


def make_convolution(job):
    """Parts of one convolution."""
    memory_format = FORMATS[job["format"]]
    shape, images = job["shape"], job["images"]
    kernel, padding, groups = shape["kernel"], [shape["padding"]] * 2, shape.get("groups", 1)
    height = shape["height"] + 2 * shape["padding"] - kernel + 1
    width = shape["width"] + 2 * shape["padding"] - kernel + 1

    def draw(*sizes):
        return torch.randn(*sizes).contiguous(memory_format=memory_format)

    x = draw(images, shape["channels"], shape["height"], shape["width"])
    f = draw(shape["filters"], shape["channels"] // groups, kernel, kernel)
    dy = draw(images, shape["filters"], height, width)

    def differentiate(part):
        torch.ops.aten.convolution_backward(
            dy, x, f, None, [1, 1], padding, [1, 1], False, [0, 0], groups, GRADIENTS[part]
        )

    def run():
        for part in job["parts"]:
            if part == "forward":
                torch.conv2d(x, f, None, 1, padding, 1, groups)
            else:
                differentiate(part)

    return run


class Branches(nn.Module):
    """Branches that read one input, joined by their sum or along channels."""

    def __init__(self, branches, join):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.join = join

    def forward(self, x):
        outputs = [branch(x) for branch in self.branches]
        return torch.cat(outputs, 1) if self.join == "concat" else functools.reduce(torch.add, outputs)


def build_branches(branches, join, size):
    built = [build_layers(layers, size) for layers in branches]
    (height, width, channels), *_ = sizes = [size for _, size in built]
    if join == "concat":
        channels = sum(own for _, _, own in sizes)
    return Branches([module for module, _ in built], join), (height, width, channels)


def slide(layer, size):
    """A window's rows and columns of output, and how PyTorch writes it."""
    height, width, _ = size
    top, bottom, left, right = layer["padding"]
    if top != bottom or left != right:
        raise ValueError("padding that differs between sides is not supported")
    (kernel_y, kernel_x), (stride_y, stride_x) = layer["kernel"], layer["stride"]
    unknown = [field for field in ("ceil", "dilation", "paddingMode") if field in layer]
    if unknown:
        raise ValueError(f"windows with {', '.join(unknown)} are not supported")
    rows = (height + top + bottom - kernel_y) // stride_y + 1
    columns = (width + left + right - kernel_x) // stride_x + 1
    return rows, columns, {"kernel_size": (kernel_y, kernel_x), "stride": (stride_y, stride_x), "padding": (top, left)}


def build_layers(layers, size):
    """The module of layers, which are written as in src/network/spec.ts, and the (height, width, channels) that it gives."""
    modules = []
    before = None
    for layer in layers:
        kind = layer["kind"]
        height, width, channels = size
        if kind == "convolution":
            rows, columns, window = slide(layer, size)
            groups = layer.get("groups", 1)
            modules.append(nn.Conv2d(channels, layer["filters"], groups=groups, bias=layer["bias"], **window))
            size = rows, columns, layer["filters"]
        elif kind == "max-pooling":
            rows, columns, window = slide(layer, size)
            modules.append(nn.MaxPool2d(**window))
            size = rows, columns, channels
        elif kind == "average-pooling":
            rows, columns, window = slide(layer, size)
            modules.append(nn.AvgPool2d(count_include_pad=layer["countPadding"], **window))
            size = rows, columns, channels
        elif kind == "batch-normalization":
            modules.append(nn.BatchNorm2d(channels, eps=layer["epsilon"], momentum=layer["momentum"]))
        elif kind == "fully-connected":
            modules += [nn.Flatten(), nn.Linear(height * width * channels, layer["units"], bias=layer["bias"])]
            modules.append(nn.Unflatten(1, (layer["units"], 1, 1)))
            size = 1, 1, layer["units"]
        elif kind == "dropout":
            modules.append(nn.Dropout(layer["rate"]))
        elif kind == "residual":
            module, size = build_branches([layer["body"], layer["shortcut"]], "add", size)
            modules.append(module)
        elif kind == "branches":
            module, size = build_branches(layer["branches"], layer["join"], size)
            modules.append(module)
        elif kind in ACTIVATIONS:
            modules.append(ACTIVATIONS[kind](before in MAY_BE_OVERWRITTEN))
        else:
            raise ValueError(f"layers of kind {kind} are not supported")
        before = kind
    return nn.Sequential(*modules), size


def freeze(model, x):
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(model, x, check_trace=False))


# What becomes of a network before it is evaluated. TorchScript's two fold its parameters in; the second also folds batch normalisation,
# fuses layers and hands convolutions to oneDNN in its own layout.
MODES = {
    "eager": lambda model, x: model,
    "frozen": freeze,
    "optimized": lambda model, x: torch.jit.optimize_for_inference(freeze(model, x)),
}


def make_network(job):
    """A training step (forward, backward, SGD) or the forward pass in evaluation, of one mini-batch."""
    memory_format = FORMATS[job["format"]]
    size, images = job["network"]["input"], job["batchSize"]
    training = job["kind"] != "evaluation"
    layers, _ = build_layers(job["network"]["layers"], (size["height"], size["width"], size["channels"]))
    model = nn.Sequential(layers, nn.Flatten()).to(memory_format=memory_format).train(training)
    x = torch.randn(images, size["channels"], size["height"], size["width"]).contiguous(memory_format=memory_format)
    labels = torch.arange(images) % 10
    criterion = nn.CrossEntropyLoss()
    if not training:
        evaluated = MODES[job["mode"]](model, x)

        def evaluate():
            with torch.no_grad():
                criterion(evaluated(x), labels)

        return evaluate

    optimizer = torch.optim.SGD(
        model.parameters(), lr=job["learningRate"], momentum=job["momentum"], weight_decay=job["weightDecay"]
    )

    def step():
        optimizer.zero_grad(set_to_none=True)
        criterion(model(x), labels).backward()
        optimizer.step()

    return step


MAKERS = {
    "convolution": make_convolution,
    "step": make_network,
    "evaluation": make_network,
}


def train_alone(job):
    """What a process of its own does: trains some steps, or epochs until their time is over.

    Gives when the first step had ended, the epochs' seconds, and the peak resident memory in MB (millions of bytes).
    """
    set_threads(job["threads"])
    step = make_network(job)
    if job["kind"] == "epochs":
        return {"epochs": time_epochs(step, job)}
    step()
    ended = time.time()
    for _ in range(1, job.get("steps", 1)):
        step()
    return {"ended": ended, "megabytes": read_peak_kibibytes() * 1024 / 1e6}


def time_epochs(step, job):
    seconds = []
    while len(seconds) < job["leastEpochs"] or sum(seconds) < job["seconds"]:
        start = time.perf_counter()
        for _ in range(job["images"] // job["batchSize"]):
            step()
        seconds.append(time.perf_counter() - start)
    return seconds


def read_peak_kibibytes():
    try:
        # What getrusage gives also counts what the process was before it became this program.
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024 if sys.platform == "darwin" else peak


def measure_process(job):
    """In a process of its own, under the same allocator: its megabytes, its epochs' seconds, or seconds until the end of its first step."""
    start = time.time()
    command = [sys.executable, "-B", __file__, json.dumps(job)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    report = json.loads(done.stdout)
    if job["kind"] == "epochs":
        return report["epochs"]
    return [report["megabytes"] if job["kind"] == "memory" else report["ended"] - start]


def measure(job):
    if job["kind"] in ("memory", "epochs"):
        return measure_process(job)
    if job["kind"] == "start":
        return [seconds for _ in range(job["rounds"]) for seconds in measure_process(job)]
    set_threads(job["threads"])
    return time_runs(MAKERS[job["kind"]](job), job["rounds"], job["seconds"])


def main():
    if len(sys.argv) > 1:
        print(json.dumps(train_alone(json.loads(sys.argv[1]))))
        return
    serve(f"PyTorch {torch.__version__}", lambda job: {"measured": measure(job)}, list_lacks())


if __name__ == "__main__":
    main()
