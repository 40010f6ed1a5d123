# Applies operations to one picture, by Pillow, as torchvision's RandAugment and ColorJitter call it for PIL images.
# Reads JSON {height, width, channels, pixels, operations: [[name, number], ...]}; writes a list of lists of bytes.
import json
import sys

from PIL import Image, ImageEnhance, ImageOps

task = json.load(sys.stdin)
size = (task["width"], task["height"])
mode = "RGB" if task["channels"] == 3 else "L"
image = Image.frombytes(mode, size, bytes(task["pixels"]))


def transform(matrix):
    return image.transform(size, Image.AFFINE, matrix, Image.NEAREST)


def turn_hue(turn):
    h, s, v = image.convert("HSV").split()
    return Image.merge("HSV", (h.point(lambda level: (level + int(turn)) % 256), s, v)).convert("RGB")


def enlarge(rectangle):
    top, left, height, width = rectangle
    return image.crop((left, top, left + width, top + height)).resize(size, Image.BILINEAR)


OPERATIONS = {
    "brightness": lambda factor: ImageEnhance.Brightness(image).enhance(factor),
    "contrast": lambda factor: ImageEnhance.Contrast(image).enhance(factor),
    "saturation": lambda factor: ImageEnhance.Color(image).enhance(factor),
    "sharpness": lambda factor: ImageEnhance.Sharpness(image).enhance(factor),
    "hue": turn_hue,
    "posterize": lambda bits: ImageOps.posterize(image, bits),
    "solarize": lambda threshold: ImageOps.solarize(image, threshold),
    "autocontrast": lambda _: ImageOps.autocontrast(image),
    "equalize": lambda _: ImageOps.equalize(image),
    "shear-x": lambda slope: transform((1, slope, 0, 0, 1, 0)),
    "shear-y": lambda slope: transform((1, 0, 0, slope, 1, 0)),
    "translate-x": lambda pixels: transform((1, 0, -pixels, 0, 1, 0)),
    "translate-y": lambda pixels: transform((1, 0, 0, 0, 1, -pixels)),
    "rotate": lambda degrees: image.rotate(degrees, Image.NEAREST),
    "enlarge": enlarge,
}
json.dump([list(OPERATIONS[name](argument).tobytes()) for name, argument in task["operations"]], sys.stdout)
