"""What Pillow makes of pictures, for comparison with Postern's operations.

usage: pillow_ops.py FOLDER

FOLDER/cases.json lists cases: {"name", "operation", "arguments", "width", "height"}. FOLDER/NAME.in is the picture, [3, H, W] bytes;
the result is written to FOLDER/NAME.out in the same order. Prints Pillow's version.
"""

import json
import pathlib
import sys

import PIL
from PIL import Image, ImageEnhance, ImageOps

KERNELS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def solarize_add(image, amount):
    table = [min(255, v + amount) if v < 128 else v for v in range(256)]
    return image.point(table * 3)


def resized_crop(image, top, left, height, width, side, kernel):
    return image.crop((left, top, left + width, top + height)).resize((side, side), KERNELS[kernel])


OPERATIONS = {
    "autocontrast": ImageOps.autocontrast,
    "equalize": ImageOps.equalize,
    "invert": ImageOps.invert,
    "posterize": ImageOps.posterize,
    "solarize": ImageOps.solarize,
    "solarize_add": solarize_add,
    "color": lambda image, factor: ImageEnhance.Color(image).enhance(factor),
    "contrast": lambda image, factor: ImageEnhance.Contrast(image).enhance(factor),
    "brightness": lambda image, factor: ImageEnhance.Brightness(image).enhance(factor),
    "sharpness": lambda image, factor: ImageEnhance.Sharpness(image).enhance(factor),
    "affine": lambda image, kernel, fill, *matrix: image.transform(
        image.size, Image.AFFINE, matrix, resample=KERNELS[kernel], fillcolor=tuple(fill)),
    "rotate": lambda image, kernel, fill, degrees: image.rotate(degrees, resample=KERNELS[kernel], fillcolor=tuple(fill)),
    "resize": lambda image, kernel, width, height: image.resize((width, height), KERNELS[kernel]),
    "resized_crop": resized_crop,
}


def main(folder):
    for case in json.loads((folder / "cases.json").read_text()):
        size = (case["width"], case["height"])
        plane = size[0] * size[1]
        data = (folder / (case["name"] + ".in")).read_bytes()
        image = Image.merge("RGB", [Image.frombytes("L", size, data[c * plane:(c + 1) * plane]) for c in range(3)])
        result = OPERATIONS[case["operation"]](image, *case["arguments"])
        (folder / (case["name"] + ".out")).write_bytes(b"".join(band.tobytes() for band in result.split()))
    print(PIL.__version__)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
