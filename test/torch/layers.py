"""Every kind of layer by PyTorch, from its configuration as a spec has it with every default filled in. Images are n×c×h×w here."""

import torch
from torch.nn import functional as F


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
    if "connections" in config:
        seen = torch.zeros(kernel.shape[2:], dtype=kernel.dtype)
        for filter, inputs in enumerate(config["connections"]):
            seen[inputs, filter] = 1
        kernel = kernel * seen
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


def connect_locally(x, config, parameters):
    """Kernels are h'×w'×H×W×C×F, biases h'×w'×F."""
    kernel = parameters["kernel"]
    rows, columns, height, width, channels, _ = kernel.shape
    patches = F.unfold(pad_around(x, config), (height, width), stride=config["stride"])
    patches = patches.reshape(len(x), channels, height, width, rows, columns)
    y = torch.einsum("nchwyx,yxhwcf->nfyx", patches, kernel)
    return y + parameters["bias"].permute(2, 0, 1) if "bias" in parameters else y


def count_places(size, before, behind, kernel, stride, ceil):
    """PyTorch's rule: with ceil a last window may reach beyond the padding, if it begins before the padding there."""
    padded = size + before + behind
    if not ceil:
        return (padded - kernel) // stride + 1
    places = -((kernel - padded) // stride) + 1
    return places - 1 if (places - 1) * stride >= size + before else places


class Window:
    """A pooling layer's windows on its input, with what pads it around, and what it lacks for the last ones."""

    def __init__(self, x, config):
        if config.get("paddingMode", "zero") != "zero":
            x = pad_around(x, config)
            config = {**config, "padding": [0, 0, 0, 0]}
        self.x = x
        self.kernel = list(x.shape[2:]) if config["kernel"] == "global" else config["kernel"]
        self.stride = config.get("stride", self.kernel)
        self.ceil = config.get("ceil", False)
        self.padding = config["padding"]
        top, bottom, left, right = self.padding
        height, width = x.shape[2:]
        self.size = [
            count_places(height, top, bottom, self.kernel[0], self.stride[0], self.ceil),
            count_places(width, left, right, self.kernel[1], self.stride[1], self.ceil),
        ]
        ends = [(n - 1) * s + k for n, s, k in zip(self.size, self.stride, self.kernel)]
        self.beyond = (0, max(0, ends[1] - left - width - right), 0, max(0, ends[0] - top - height - bottom))

    def pad(self, x, value, beyond):
        top, bottom, left, right = self.padding
        return F.pad(F.pad(x, (left, right, top, bottom), value=value), self.beyond, value=beyond)

    def sums(self, padded):
        return F.avg_pool2d(padded, self.kernel, self.stride, divisor_override=1)[:, :, : self.size[0], : self.size[1]]

    def is_torchs(self):
        """Whether PyTorch's own pooling takes such a window."""
        top, bottom, left, right = self.padding
        return top == bottom and left == right and top <= self.kernel[0] // 2 and left <= self.kernel[1] // 2

    def torchs(self):
        options = {"padding": (self.padding[0], self.padding[2]), "ceil_mode": self.ceil}
        return (self.x, self.kernel, self.stride), options


def pool_maximum(x, config, _):
    window = Window(x, config)
    if window.is_torchs():
        arguments, options = window.torchs()
        return F.max_pool2d(*arguments, **options)
    padded = window.pad(window.x, -torch.inf, -torch.inf)
    return F.max_pool2d(padded, window.kernel, window.stride)[:, :, : window.size[0], : window.size[1]]


def pool_mean(x, config, _):
    window = Window(x, config)
    counts = config.get("countPadding", False)
    if window.is_torchs():
        arguments, options = window.torchs()
        return F.avg_pool2d(*arguments, **options, count_include_pad=counts)
    inside = window.pad(torch.ones_like(window.x[:1, :1]), 1.0 if counts else 0.0, 0.0)
    return window.sums(window.pad(window.x, 0.0, 0.0)) / window.sums(inside)


def pool_trainably(x, config, parameters):
    if config["down"] == "sum":
        window = Window(x, config)
        down = window.sums(window.pad(window.x, 0.0, 0.0))
    else:
        down = pool_mean(x, config, parameters)
    return over_channels(parameters["scale"]) * down + over_channels(parameters["bias"])


def over_channels(vector):
    return vector.reshape(1, -1, 1, 1)


def normalize_batch(x, config, parameters):
    if x.shape[0] * x.shape[2] * x.shape[3] == 1:
        # PyTorch refuses the one value, which is its own mean.
        return move(0 * x, parameters, over_channels)
    return F.batch_norm(
        x, None, None, parameters.get("scale"), parameters.get("shift"), training=True, eps=config["epsilon"]
    )


def normalize_groups(x, config, parameters):
    # PyTorch 1.13 has no gradient of a scale without a shift, nor of a shift without a scale.
    return move(F.group_norm(x, config["groups"], eps=config["epsilon"]), parameters, over_channels)


def normalize_layer(x, config, parameters):
    epsilon = config["epsilon"]
    if config["over"] == "channels":
        rows = x.permute(0, 2, 3, 1)
        y = F.layer_norm(rows, rows.shape[3:], eps=epsilon).permute(0, 3, 1, 2)
        return move(y, parameters, over_channels)
    # Scale and shift are h×w×c.
    return move(F.layer_norm(x, x.shape[1:], eps=epsilon), parameters, lambda p: p.permute(2, 0, 1))


def move(x, parameters, arrange):
    if "scale" in parameters:
        x = x * arrange(parameters["scale"])
    return x + arrange(parameters["shift"]) if "shift" in parameters else x


def normalize_response(x, config, _):
    return F.local_response_norm(x, config["size"], config["alpha"], config["beta"], config["k"])


def fill_channels(x, config, _):
    return F.pad(x, (0, 0, 0, 0, config["before"], config["after"]))


LAYERS = {
    "convolution": convolve,
    "fully-connected": connect,
    "locally-connected": connect_locally,
    "max-pooling": pool_maximum,
    "average-pooling": pool_mean,
    "trainable-pooling": pool_trainably,
    "batch-normalization": normalize_batch,
    "group-normalization": normalize_groups,
    "layer-normalization": normalize_layer,
    "local-response-normalization": normalize_response,
    "channel-padding": fill_channels,
    "multiply": lambda x, config, _: config["factor"] * x,
    "softmax": lambda x, *_: torch.softmax(x, 1),
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
