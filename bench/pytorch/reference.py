"""Training steps of the plain PyTorch models, timed for the comparison in ../README.md.

    reference.py WORK SCAN BATCH THREADS    says how many parameters the model has, then times one step for every line that it reads
    reference.py about                      says what it runs on: PyTorch's version and the library that multiplies matrices
    reference.py check                      says by how much the three scans of Vim differ, values and gradients

WORK is vim-cifar-step, deit-d192-step, mambaout-femto-step, mambaout-tiny-step or resnet18-step; SCAN is loop, official or
associative for Vim and plain for the others. The models are those of tests/outside/models.py, which give Postern's logits from
Postern's weights. Everything said is a line of JSON, that of a step {"work", "reference", "batch", "ms"}.
"""

import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "outside"))
from models import DeiT, MambaOut, Mixer, ResNet18, Vim

CLASSES = 10
MODELS = {
    "vim-cifar-step": lambda: Vim(image=32, patch=4, stride=4, dim=256, depth=12, states=16, classes=CLASSES),
    "deit-d192-step": lambda: DeiT(image=32, patch=4, dim=192, depth=12, heads=3, classes=CLASSES),
    "mambaout-femto-step": lambda: MambaOut((3, 3, 9, 3), (48, 96, 192, 288), CLASSES),
    "mambaout-tiny-step": lambda: MambaOut((3, 3, 9, 3), (96, 192, 384, 576), CLASSES),
    "resnet18-step": lambda: ResNet18((64, 128, 256, 512), imagenet_stem=False, classes=CLASSES),
}


# The selective scan, u and delta [B, L, E], a [E, N], b and c [B, L, N] to [B, L, E]: h_t = exp(delta_t a) h_(t-1) + delta_t b_t u_t,
# y_t = c_t h_t. `loop` is the model's own: nothing larger than one token's state [B, E, N] is made at a time.

def official_scan(u, delta, a, b, c):
    """As selective_scan_ref of state-spaces/mamba: both factors of all tokens first, then sliced token by token."""
    decay = torch.exp(torch.einsum("ble,en->beln", delta, a))           # [B, E, L, N]
    inputs = torch.einsum("ble,bln,ble->beln", delta, b, u)             # [B, E, L, N]
    h, out = decay.new_zeros(len(u), *a.shape), []                      # [B, E, N]
    for t in range(u.shape[1]):
        h = decay[:, :, t] * h + inputs[:, :, t]
        out.append(torch.einsum("ben,bn->be", h, c[:, t]))
    return torch.stack(out, 1)


def associative_scan(u, delta, a, b, c):
    """Hillis and Steele's: in ceil(log2 L) rounds each token takes in the run of tokens that ends before its own begins."""
    decay = torch.exp(delta[..., None] * a)                             # [B, L, E, N]
    h = (delta * u)[..., None] * b[:, :, None]                          # [B, L, E, N]
    reach = 1
    while reach < u.shape[1]:
        h = torch.cat([h[:, :reach], h[:, reach:] + decay[:, reach:] * h[:, :-reach]], 1)
        decay = torch.cat([decay[:, :reach], decay[:, reach:] * decay[:, :-reach]], 1)
        reach *= 2
    return torch.einsum("blen,bln->ble", h, c)


SCANS = {"loop": Mixer.scan, "official": official_scan, "associative": associative_scan}


def say(**fact):
    print(json.dumps(fact), flush=True)


def about():
    """Looks for the library that is mapped, since Debian's PyTorch takes whichever BLAS the system has."""
    torch.ones(2, 2) @ torch.ones(2, 2)
    with open("/proc/self/maps") as maps:
        files = sorted({line.split(maxsplit=5)[5].strip() for line in maps if "blas" in line or "libmkl" in line})
    say(torch=torch.__version__, blas=files[0] if files else "")


def serve(work, reference, batch, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if reference in SCANS:
        Mixer.scan = staticmethod(SCANS[reference])
    model = MODELS[work]().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
    pictures, labels = torch.randn(batch, 3, 32, 32), torch.randint(CLASSES, (batch,))
    say(parameters=sum(p.numel() for p in model.parameters()))
    for _ in sys.stdin:
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(pictures), labels).backward()
        optimizer.step()
        say(work=work, reference=reference, batch=batch, ms=1e3 * (time.perf_counter() - start))


def check():
    torch.manual_seed(1)
    shapes = {"u": (2, 21, 6), "delta": (2, 21, 6), "a": (6, 4), "b": (2, 21, 4), "c": (2, 21, 4)}
    inputs = {name: torch.randn(shape, dtype=torch.float64) for name, shape in shapes.items()}
    inputs["delta"], inputs["a"] = F.softplus(inputs["delta"]), -inputs["a"].exp()

    def run(scan):
        leaves = [value.clone().requires_grad_() for value in inputs.values()]
        y = scan(*leaves)
        return y, *torch.autograd.grad(y.square().sum(), leaves)

    loop = run(SCANS["loop"])
    say(**{name: max((x - y).abs().max().item() for x, y in zip(run(scan), loop)) for name, scan in SCANS.items() if name != "loop"})


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["about"]:
            about()
        case ["check"]:
            check()
        case [work, reference, batch, threads]:
            serve(work, reference, int(batch), int(threads))
        case _:
            sys.exit(__doc__)
