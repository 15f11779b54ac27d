"""The convolutional sticker encoder: a picture as a grid of patches, and as a whole."""

from __future__ import annotations

from typing import Any

from persrv.adapters.baselines.srs.sizes import SrsSizes

_GROUPS = 4


class StickerEncoder:
    """O, O_flat = CNN(I), with the shape of Inception-v3 (Szegedy et al., 2016) at a small scale.

    A stem of two strided convolutions, then two times a pooling and an Inception block: beside each other a 1 x 1, a
    3 x 3 and two stacked 3 x 3 convolutions and a pooling, of which each sees more of the picture. Channels are
    normalised in groups, so that no picture depends on the others of its batch.

    :param torch: The module.
    :param sizes: Of the network.
    """

    def __init__(self, torch: Any, sizes: SrsSizes) -> None:
        nn, half, quarter = torch.nn, sizes.channels // 2, sizes.channels // 4
        self._torch = torch
        self.layers: Any = nn.ModuleDict(
            {
                "stem": nn.Sequential(
                    *_convolution(nn, 3, quarter // 2, stride=2),
                    *_convolution(nn, quarter // 2, quarter, stride=2),
                ),
                "block_1": _inception(nn, quarter, half),
                "block_2": _inception(nn, half, sizes.channels),
                "patch": nn.Linear(sizes.channels, sizes.dimensions, bias=False),
                "whole": nn.Linear(sizes.channels, sizes.dimensions, bias=False),
            }
        )

    def __call__(self, pixels: Any) -> tuple[Any, Any]:
        """Encode pictures.

        :param pixels: uint8 RGB, shape (N, side, side, 3).
        :return: Patches, float32 of shape (N, n, d), and wholes, (N, d).
        """
        layers, pool = self.layers, self._torch.nn.functional.max_pool2d
        image = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1  # (N, 3, side, side)
        image = layers["stem"](image)
        for name in ("block_1", "block_2"):
            image = pool(image, 2)
            image = self._torch.cat([branch(image) for branch in layers[name]], dim=1)
        patches = image.flatten(2).transpose(1, 2)  # (N, n, channels)
        return layers["patch"](patches), layers["whole"](patches.mean(dim=1))


def _convolution(nn: Any, inputs: int, outputs: int, *, size: int = 3, stride: int = 1) -> tuple[Any, ...]:
    convolution = nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False)
    return convolution, nn.GroupNorm(_GROUPS, outputs), nn.ReLU()


def _inception(nn: Any, inputs: int, outputs: int) -> Any:
    part = outputs // 4
    return nn.ModuleList(
        [
            nn.Sequential(*_convolution(nn, inputs, part, size=1)),
            nn.Sequential(*_convolution(nn, inputs, part, size=1), *_convolution(nn, part, part)),
            nn.Sequential(
                *_convolution(nn, inputs, part, size=1),
                *_convolution(nn, part, part),
                *_convolution(nn, part, part),
            ),
            nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), *_convolution(nn, inputs, part, size=1)),
        ]
    )
