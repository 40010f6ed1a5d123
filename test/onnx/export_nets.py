"""Exports small networks as PyTorch does, each with an input and what it makes of it: to be read by import-onnx."""

import json
import sys

import numpy
import torch
from torch import nn

torch.manual_seed(0)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + x)


class ResNet(nn.Module):
    """Ends in a view of the size at hand, which becomes arithmetic of shapes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Residual(8), Residual(8))
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.layer1(self.pool(torch.relu(self.bn(self.conv(x)))))
        x = nn.functional.adaptive_avg_pool2d(x, 1)
        return self.fc(x.view(x.size(0), -1))


class Excitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 2, 1)
        self.excite = nn.Conv2d(2, channels, 1)

    def forward(self, x):
        gates = torch.relu(self.squeeze(nn.functional.adaptive_avg_pool2d(x, 1)))
        return x * nn.functional.hardsigmoid(self.excite(gates))


class Concat(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(4, 3, 1)
        self.b = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x):
        return torch.cat([self.a(x), x, self.b(x)], 1)


class Keras(nn.Module):
    """Normalises bytes itself, channels last, as tf2onnx leaves Keras's."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4 * 6 * 5, 3)

    def forward(self, x):
        x = (x / 255.0 - 0.5).permute(0, 3, 1, 2)
        y = torch.relu(self.conv(x)).permute(0, 2, 3, 1)
        return self.fc(y.reshape(-1, 4 * 6 * 5))


NETS = {
    "resnet": (ResNet(), (3, 32, 32)),
    "vgg": (
        nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 7, 3), nn.ReLU(inplace=True),
            nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(7 * 3 * 2, 9), nn.ReLU(), nn.Dropout(0.3), nn.Linear(9, 4),
        ),
        (3, 14, 12),
    ),
    "mobilenet": (
        nn.Sequential(
            nn.Conv2d(1, 6, 3, stride=2, padding=1), nn.ReLU6(), nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.BatchNorm2d(6),
            nn.Hardswish(), Excitation(6), nn.Conv2d(6, 8, 1), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3),
        ),
        (1, 15, 13),
    ),
    "activations": (
        nn.Sequential(
            nn.Conv2d(4, 4, 1), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.PReLU(4),
            nn.GELU(), nn.Mish(), Concat(), nn.Sigmoid(), nn.Tanh(), nn.Softplus(), nn.Flatten(), nn.Linear(9 * 30, 4), nn.BatchNorm1d(4),
        ),
        (4, 5, 6),
    ),
    "keras": (Keras(), (8, 7, 3)),
}

folder, *opsets = sys.argv[1:]
facts = {}
for name, (net, size) in NETS.items():
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.7, 1.3)
            nn.init.normal_(module.weight, 1, 0.1)
            nn.init.normal_(module.bias, 0, 0.1)
    net.eval()
    x = torch.from_numpy(numpy.random.default_rng(1).integers(0, 256, (3, *size)).astype(numpy.float32))
    with torch.no_grad():
        outputs = net(x)
    for opset in opsets:
        for training in (False, True):
            file = f"{name}-{opset}{'-training' if training else ''}"
            mode = torch.onnx.TrainingMode.PRESERVE if training else torch.onnx.TrainingMode.EVAL
            torch.onnx.export(
                net, x, f"{folder}/{file}.onnx", opset_version=int(opset), training=mode, do_constant_folding=not training,
                dynamic_axes={"x": {0: "n"}}, input_names=["x"], keep_initializers_as_inputs=training,
            )
            facts[file] = {"x": x.flatten().tolist(), "outputs": outputs.flatten().tolist()}
with open(f"{folder}/facts.json", "w") as f:
    json.dump(facts, f)
