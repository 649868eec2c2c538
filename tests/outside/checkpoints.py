"""Reads and writes weight files with PyTorch itself, as an outside check of Postern's reader and writer.

    checkpoints.py read FILE        prints what torch.load finds in FILE, with and without weights_only
    checkpoints.py write FOLDER     writes files of many forms into FOLDER and prints what each holds

Tensors are described as [type, shape, bytes in hexadecimal], row-major.
"""

import argparse
import collections
import json
import os
import sys

import torch


def describe(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    data = flat.view(torch.uint8).numpy().tobytes().hex() if flat.numel() else ""
    return [str(tensor.dtype), list(tensor.shape), data]


def described(weights):
    return {name: describe(tensor) for name, tensor in weights.items()}


def read(path):
    ways = {"plain": torch.load(path)}
    try:
        ways["weights_only"] = torch.load(path, weights_only=True)
    except TypeError:  # PyTorch before 1.13 has no such loader
        pass
    for weights in ways.values():
        assert isinstance(weights, collections.OrderedDict), type(weights)
    return {way: described(weights) for way, weights in ways.items()}


def weights_of_every_kind():
    torch.manual_seed(1)
    whole = torch.randn(6, 10)
    flat = torch.arange(-8, 8)
    tagged = torch.randn(4)
    tagged._no_weight_decay = True
    return collections.OrderedDict(
        whole=whole, columns=whole[:, 3:5], transposed=whole.t(), row=whole[2], every_other=whole[::2, ::3], expanded=whole[0, :1].expand(40),
        half=whole.half(), bfloat=whole.bfloat16(), double=whole.double(), int64=flat, int32=flat.int(), int16=flat.short(), int8=flat.char(),
        uint8=flat.abs().byte(), bool=flat > 0, scalar=torch.tensor(5), empty=torch.zeros(0, 4), parameter=torch.nn.Parameter(torch.randn(3)),
        tagged=tagged,
    )


def training_checkpoint():
    """What the training programs of Vim and DeiT, and timm's saver, put around the weights."""
    torch.manual_seed(2)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(4, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    model(torch.randn(2, 3, 3, 3)).sum().backward()
    optimizer.step()
    scheduler.step()
    settings = argparse.Namespace(lr=0.5, epochs=300, model="vim", amp=False, resume=None, betas=(0.9, 0.999), nested=argparse.Namespace(a=[1, {2, 3}], b=2**70))
    average = {name: value / 2 for name, value in model.state_dict().items()}
    saved = {"model": model.state_dict(), "model_ema": average, "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(),
             "epoch": 7, "scaler": "none", "args": settings, "device": torch.device("cpu"), "size": torch.Size([1, 2]), "dtype": torch.float16}
    try:
        import numpy
        saved["max_accuracy"] = numpy.float64(91.25)
        saved["confusion"] = numpy.eye(3)
    except ImportError:
        pass
    return saved


def write(folder):
    weights, training = weights_of_every_kind(), training_checkpoint()
    found = {}

    def save(name, value, holds, **options):
        torch.save(value, os.path.join(folder, name), **options)
        found[name] = described(holds)

    for form, options in {"zip": {}, "legacy": {"_use_new_zipfile_serialization": False}}.items():
        for protocol in (2, 3, 4):
            save(f"flat_{form}_{protocol}", weights, weights, pickle_protocol=protocol, **options)
            save(f"training_{form}_{protocol}", training, training["model"], pickle_protocol=protocol, **options)
    save("parallel_zip", {"state_dict": {"module." + name: value for name, value in weights.items()}}, weights)
    return found


if __name__ == "__main__":
    print(json.dumps({"read": read, "write": write}[sys.argv[1]](sys.argv[2])))
