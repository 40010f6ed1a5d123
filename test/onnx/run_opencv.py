"""Runs each network of a folder by OpenCV's dnn, one image after another, and prints what it makes of them: null of one that it refuses."""

import json
import os
import sys

import cv2
import numpy

cv2.setNumThreads(1)
(folder,) = sys.argv[1:]
outputs = {}
with open(os.path.join(folder, "inputs.json")) as f:
    inputs = json.load(f)
for name, size in inputs.items():
    images = numpy.fromfile(os.path.join(folder, f"{name}.images"), "<f4").reshape(size)
    try:
        net = cv2.dnn.readNetFromONNX(os.path.join(folder, f"{name}.onnx"))
        made = []
        for image in images:
            net.setInput(image[None])
            made += net.forward().flatten().tolist()
        outputs[name] = made
    except cv2.error:
        outputs[name] = None
print(json.dumps(outputs))
