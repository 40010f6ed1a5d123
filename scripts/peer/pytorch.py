"""PyTorch's side of the benchmarks: reads one JSON job a line, answers each with one JSON line.

The first line that it prints is {"torch": version}. A job has a kind, the work's sizes, `threads`, and how to measure: `rounds` times,
each at least `seconds` long. The answer is {"secondsPerRun": [...], "format": ...}, for the faster of PyTorch's two memory formats,
or {"error": reason}. The jobs are those of src/bench/peer-job.ts. By hand:

    echo '{"kind": "product", "m": 512, "n": 512, "k": 512, "threads": 1, "rounds": 5, "seconds": 0.1}' | python3 pytorch.py
"""

import json
import sys
import time

import torch
from torch import nn

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}

# The order of the flags of aten::convolution_backward: which gradients to compute.
GRADIENTS = {"input-gradient": [True, False, False], "kernel-gradient": [False, True, False]}

ACTIVATIONS = {"relu": lambda: nn.ReLU(inplace=True), "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def make_product(job):
    """C = A B, m×k by k×n."""
    a = torch.randn(job["m"], job["k"])
    b = torch.randn(job["k"], job["n"])
    c = torch.empty(job["m"], job["n"])
    return {"contiguous": lambda: torch.mm(a, b, out=c)}


def make_convolution(job):
    """Parts of one convolution, in each memory format."""
    shape, images = job["shape"], job["images"]
    kernel, padding = shape["kernel"], [shape["padding"]] * 2
    height = shape["height"] + 2 * shape["padding"] - kernel + 1
    width = shape["width"] + 2 * shape["padding"] - kernel + 1

    def bind(memory_format):
        def draw(*sizes):
            return torch.randn(*sizes).contiguous(memory_format=memory_format)

        x = draw(images, shape["channels"], shape["height"], shape["width"])
        f = draw(shape["filters"], shape["channels"], kernel, kernel)
        dy = draw(images, shape["filters"], height, width)

        def differentiate(part):
            torch.ops.aten.convolution_backward(
                dy, x, f, None, [1, 1], padding, [1, 1], False, [0, 0], 1, GRADIENTS[part]
            )

        def run():
            for part in job["parts"]:
                if part == "forward":
                    torch.conv2d(x, f, None, 1, padding)
                else:
                    differentiate(part)

        return run

    return {name: bind(memory_format) for name, memory_format in FORMATS.items()}


def build_layers(network):
    """The modules of a network, which is written as in src/network/spec.ts."""
    size = network["input"]
    height, width, channels = size["height"], size["width"], size["channels"]

    def slide(layer):
        top, bottom, left, right = layer["padding"]
        if top != bottom or left != right:
            raise ValueError("padding that differs between sides is not supported")
        (kernel_y, kernel_x), (stride_y, stride_x) = layer["kernel"], layer["stride"]
        rows = (height + top + bottom - kernel_y) // stride_y + 1
        columns = (width + left + right - kernel_x) // stride_x + 1
        return rows, columns, {"kernel_size": tuple(layer["kernel"]), "stride": tuple(layer["stride"]), "padding": (top, left)}

    for layer in network["layers"]:
        kind = layer["kind"]
        if kind == "convolution":
            height, width, window = slide(layer)
            yield nn.Conv2d(channels, layer["filters"], bias=layer["bias"], **window)
            channels = layer["filters"]
        elif kind == "max-pooling":
            height, width, window = slide(layer)
            yield nn.MaxPool2d(**window)
        elif kind == "batch-normalization":
            yield nn.BatchNorm2d(channels, eps=layer["epsilon"], momentum=layer["momentum"])
        elif kind == "fully-connected":
            yield nn.Flatten()
            yield nn.Linear(height * width * channels, layer["units"], bias=layer["bias"])
            height, width, channels = 1, 1, layer["units"]
        elif kind in ACTIVATIONS:
            yield ACTIVATIONS[kind]()
        else:
            raise ValueError(f"layers of kind {kind} are not supported")
    yield nn.Flatten()


def make_network(job):
    """A training step (forward, backward, SGD) or the forward pass in evaluation, of one mini-batch, in each memory format."""
    size, images = job["network"]["input"], job["batchSize"]
    training = job["kind"] == "step"

    def bind(memory_format):
        model = nn.Sequential(*build_layers(job["network"])).to(memory_format=memory_format).train(training)
        x = torch.randn(images, size["channels"], size["height"], size["width"]).contiguous(memory_format=memory_format)
        labels = torch.arange(images) % 10
        criterion = nn.CrossEntropyLoss()
        optimizer = torch.optim.SGD(
            model.parameters(), lr=job["learningRate"], momentum=job["momentum"], weight_decay=job["weightDecay"]
        )

        def step():
            optimizer.zero_grad(set_to_none=True)
            criterion(model(x), labels).backward()
            optimizer.step()

        def evaluate():
            with torch.no_grad():
                criterion(model(x), labels)

        return step if training else evaluate

    return {name: bind(memory_format) for name, memory_format in FORMATS.items()}


MAKERS = {
    "product": make_product,
    "convolution": make_convolution,
    "step": make_network,
    "evaluation": make_network,
}


def time_runs(run, rounds, seconds):
    """The time of one run, in each round; a round that comes first warms up and finds how many runs fill the time."""
    run()
    runs = 0
    start = time.perf_counter()
    while runs == 0 or time.perf_counter() - start < seconds:
        run()
        runs += 1
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(runs):
            run()
        times.append((time.perf_counter() - start) / runs)
    return times


def measure(job, chosen):
    """Both formats at a job's first turn, the faster one from then on."""
    rounds, seconds = job.pop("rounds"), job.pop("seconds")
    torch.set_num_threads(job["threads"])
    key = json.dumps(job, sort_keys=True)
    runs = MAKERS[job["kind"]](job)
    times = {name: time_runs(run, rounds, seconds) for name, run in runs.items() if chosen.get(key, name) == name}
    best = min(times, key=lambda name: sorted(times[name])[rounds // 2])
    chosen[key] = best
    return {"secondsPerRun": times[best], "format": best}


def main():
    print(json.dumps({"torch": torch.__version__}), flush=True)
    chosen = {}
    for line in sys.stdin:
        try:
            answer = measure(json.loads(line), chosen)
        except Exception as error:  # the other side reports it and ends
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
