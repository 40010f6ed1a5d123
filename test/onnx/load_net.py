"""Fills a network by the page's loader, whose text stands in a file, and prints what it makes of pixels n×h×w×c."""

import json
import sys
from collections import OrderedDict

import numpy
import torch
from torch import nn

loader, model_file, pixels_file = sys.argv[1:]
exec(open(loader).read())

net = nn.Sequential(
    OrderedDict(
        conv=nn.Conv2d(4, 6, 3, padding=1, groups=2),
        bn=nn.BatchNorm2d(6),
        prelu=nn.PReLU(6),
        pool=nn.MaxPool2d(2),
        ln=nn.LayerNorm([6, 4, 3]),
        branch=nn.Sequential(OrderedDict(branch1=nn.Sequential(OrderedDict(inner=nn.Conv2d(6, 5, (1, 3)))))),
        flat=nn.Flatten(),
        fc=nn.Linear(20, 7),
        gn=nn.GroupNorm(1, 7),
        last=nn.Linear(7, 3),
    )
)
mean, scale = load_convoy(net, model_file)
pixels = numpy.fromfile(pixels_file, numpy.uint8).reshape(-1, 9, 7, 4)
x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
with torch.no_grad():
    print(json.dumps(net.eval()((x - mean) * scale).flatten().tolist()))
