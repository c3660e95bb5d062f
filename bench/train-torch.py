"""Training with PyTorch, for bench/train-ratios.ts.

usage: python train-torch.py ROWS THREADS
Reads the name of a variant a line ("eager ae_large 529 2048": way, network, columns, batch), trains one epoch,
prints the seconds it took by the clock and of processor time. Ways: eager, compiled; both with the fused Adam,
which is the fastest here. A variant is built and trained for one epoch when it is first named.
"""

import sys

import numpy as np
import torch
from torch import nn
from train_server import serve

rows, threads = map(int, sys.argv[1:3])
torch.set_num_threads(threads)
torch.manual_seed(1)


def leaky():
    return nn.LeakyReLU(0.3)


def stack(widths, activations):
    layers = []
    for inputs, outputs, activation in zip(widths, widths[1:], activations):
        layers += [nn.Linear(inputs, outputs), activation]
    return layers


class Autoencoder(nn.Module):
    def __init__(self, width, hidden, activations):
        super().__init__()
        self.layers = nn.Sequential(nn.Tanh(), *stack([width, *hidden, width], activations))

    def loss(self, x, weights):
        return (weights * (self.layers(x) - x).square().mean(1)).mean()


class Variational(nn.Module):
    """The mean squared error times the number of columns, and the KL divergence, beta 1."""

    def __init__(self, width, latent):
        super().__init__()
        self.encoder = nn.Sequential(nn.Tanh(), nn.Linear(width, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, width), leaky())

    def loss(self, x, weights):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1)
        return (weights * ((self.decoder(z) - x).square().sum(1) + divergence)).mean()


def build(network, width):
    if network == "ae_small":
        return Autoencoder(width, [150], [leaky(), leaky()])
    if network == "vae_small":
        return Variational(width, 150)
    half = [nn.Tanh(), leaky(), nn.ReLU(), leaky()]
    return Autoencoder(
        width,
        [450, 300, 200, 150, 200, 300, 450],
        [*half, nn.ReLU(), leaky(), nn.Tanh(), leaky()],
    )


def trainer(way, network, width, batch):
    """A function that trains one epoch, shuffled anew."""
    random = np.random.default_rng(1)
    x = torch.from_numpy(random.normal(size=(rows, width)).astype(np.float32))
    weights = torch.from_numpy(random.uniform(0.5, 1.5, rows).astype(np.float32))
    model = build(network, width)
    loss_of = torch.compile(model.loss, dynamic=False) if way == "compiled" else model.loss
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)

    def epoch():
        total = 0.0
        for chosen in torch.randperm(rows).split(batch):
            adam.zero_grad(set_to_none=True)
            loss = loss_of(x[chosen], weights[chosen])
            loss.backward()
            adam.step()
            total += float(loss.detach())
        assert np.isfinite(total)

    return epoch


serve(trainer, torch.compiler.reset, epochs_before=1)
