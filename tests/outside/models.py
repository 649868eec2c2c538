"""Plain PyTorch models with the official parameter names, as an outside check of Postern's models and weight files.

    models.py JOBS      JOBS is a JSON list of {"arch", "config", "weights"}; prints the logits of each

The weight file also holds the input, under the name "input". Weights load with strict=True.
"""

import json
import math
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F


# ResNet18, torchvision's form and Backdoor-Toolbox's for 32x32.

class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.name = None
        if stride != 1 or inputs != outputs:
            self.name = shortcut
            self.add_module(shortcut, nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.name is None else getattr(self, self.name)(x)))


class ResNet18(nn.Module):
    def __init__(self, widths, imagenet_stem, classes):
        super().__init__()
        self.imagenet_stem = imagenet_stem
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, 3, bias=False) if imagenet_stem else nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        shortcut, self.head = ("downsample", "fc") if imagenet_stem else ("shortcut", "linear")
        inputs = widths[0]
        for i, width in enumerate(widths):
            self.add_module(f"layer{i + 1}", nn.Sequential(BasicBlock(inputs, width, 1 if i == 0 else 2, shortcut), BasicBlock(width, width, 1, shortcut)))
            inputs = width
        self.add_module(self.head, nn.Linear(inputs, classes))

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if self.imagenet_stem:
            x = F.max_pool2d(x, 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return getattr(self, self.head)(x.mean((2, 3)))


# DeiT: a vision transformer, class token first.

class PatchEmbed(nn.Module):
    def __init__(self, dim, patch, stride):
        super().__init__()
        self.proj = nn.Conv2d(3, dim, patch, stride)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        b, l, d = x.shape
        q, k, v = self.qkv(x).view(b, l, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(b, l, d))


class Mlp(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class DeiT(nn.Module):
    def __init__(self, image, patch, dim, depth, heads, classes):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, (image // patch) ** 2 + 1, dim))
        self.patch_embed = PatchEmbed(dim, patch, patch)
        self.blocks = nn.ModuleList(TransformerBlock(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


# MambaOut: gated CNN blocks, channels last.

def conv_last(conv, x):
    return conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class Stem(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv1 = nn.Conv2d(3, dim // 2, 3, 2, 1)
        self.norm1 = nn.LayerNorm(dim // 2, eps=1e-6)
        self.conv2 = nn.Conv2d(dim // 2, dim, 3, 2, 1)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)

    def forward(self, x):
        return self.norm2(conv_last(self.conv2, F.gelu(self.norm1(conv_last(self.conv1, x)))))


class Downsample(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, 2, 1)
        self.norm = nn.LayerNorm(outputs, eps=1e-6)

    def forward(self, x):
        return self.norm(conv_last(self.conv, x))


class GatedCnnBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        hidden = int(8 / 3 * dim)
        self.split = (hidden, hidden - dim, dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.fc1 = nn.Linear(dim, 2 * hidden)
        self.conv = nn.Conv2d(dim, dim, 7, 1, 3, groups=dim)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        gate, same, mixed = self.fc1(self.norm(x)).split(self.split, -1)
        return x + self.fc2(F.gelu(gate) * torch.cat([same, conv_last(self.conv, mixed)], -1))


class MlpHead(nn.Module):
    def __init__(self, dim, classes):
        super().__init__()
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.norm = nn.LayerNorm(4 * dim, eps=1e-6)
        self.fc2 = nn.Linear(4 * dim, classes)

    def forward(self, x):
        return self.fc2(self.norm(F.gelu(self.fc1(x))))


class MambaOut(nn.Module):
    def __init__(self, depths, dims, classes):
        super().__init__()
        self.downsample_layers = nn.ModuleList([Stem(dims[0])] + [Downsample(a, b) for a, b in zip(dims, dims[1:])])
        self.stages = nn.ModuleList(nn.Sequential(*(GatedCnnBlock(dim) for _ in range(depth))) for depth, dim in zip(depths, dims))
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.head = MlpHead(dims[-1], classes)

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        for downsample, stage in zip(self.downsample_layers, self.stages):
            x = stage(downsample(x))
        return self.head(self.norm(x.mean((1, 2))))


# Vim: bidirectional mixers of type "v2", the scan as the recurrence itself.

class RmsNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * self.weight / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt()


class Mixer(nn.Module):
    def __init__(self, dim, states):
        super().__init__()
        inner, self.rank, self.states = 2 * dim, math.ceil(dim / 16), states
        self.in_proj = nn.Linear(dim, 2 * inner, bias=False)
        self.out_proj = nn.Linear(inner, dim, bias=False)
        for suffix in ("", "_b"):
            self.register_parameter(f"A{suffix}_log", nn.Parameter(torch.zeros(inner, states)))
            self.register_parameter(f"D{suffix}", nn.Parameter(torch.ones(inner)))
            self.add_module(f"conv1d{suffix}", nn.Conv1d(inner, inner, 4, groups=inner))
            self.add_module(f"x_proj{suffix}", nn.Linear(inner, self.rank + 2 * states, bias=False))
            self.add_module(f"dt_proj{suffix}", nn.Linear(self.rank, inner))

    def direction(self, x, z, suffix):
        own = lambda name: getattr(self, name + suffix)
        u = F.silu(own("conv1d")(F.pad(x.transpose(1, 2), (3, 0)))).transpose(1, 2)
        step, b, c = own("x_proj")(u).split((self.rank, self.states, self.states), -1)
        delta = F.softplus(own("dt_proj")(step))
        a = -getattr(self, f"A{suffix}_log").exp()
        return (self.scan(u, delta, a, b, c) + own("D") * u) * F.silu(z)

    @staticmethod
    def scan(u, delta, a, b, c):
        h, out = 0, []
        for t in range(u.shape[1]):
            h = torch.exp(delta[:, t, :, None] * a) * h + (delta[:, t] * u[:, t])[..., None] * b[:, t, None]
            out.append((h * c[:, t, None]).sum(-1))
        return torch.stack(out, 1)

    def forward(self, x):
        x, z = self.in_proj(x).chunk(2, -1)
        backward = self.direction(x.flip(1), z.flip(1), "_b").flip(1)
        return self.out_proj((self.direction(x, z, "") + backward) / 2)


class VimBlock(nn.Module):
    def __init__(self, dim, states):
        super().__init__()
        self.mixer = Mixer(dim, states)
        self.norm = RmsNorm(dim)


class Vim(nn.Module):
    def __init__(self, image, patch, stride, dim, depth, states, classes):
        super().__init__()
        self.patches = ((image - patch) // stride + 1) ** 2
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.patches + 1, dim))
        self.patch_embed = PatchEmbed(dim, patch, stride)
        self.head = nn.Linear(dim, classes)
        self.layers = nn.ModuleList(VimBlock(dim, states) for _ in range(depth))
        self.norm_f = RmsNorm(dim)

    def forward(self, x):
        x, middle = self.patch_embed(x), self.patches // 2
        hidden = torch.cat([x[:, :middle], self.cls_token.expand(len(x), -1, -1), x[:, middle:]], 1) + self.pos_embed
        residual = 0
        for layer in self.layers:
            residual = residual + hidden
            hidden = layer.mixer(layer.norm(residual))
        return self.head(self.norm_f(residual + hidden)[:, middle])


MODELS = {"resnet18": ResNet18, "deit": DeiT, "mambaout": MambaOut, "vim": Vim}


def logits(job):
    weights = torch.load(job["weights"])
    pictures = weights.pop("input")
    model = MODELS[job["arch"]](**job["config"])
    model.load_state_dict(weights, strict=True)
    with torch.no_grad():
        return model.eval()(pictures).tolist()


if __name__ == "__main__":
    with open(sys.argv[1]) as jobs:
        print(json.dumps([logits(job) for job in json.load(jobs)]))
