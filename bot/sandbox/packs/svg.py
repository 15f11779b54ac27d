"""From SVG text to the bytes of a static sticker."""

from __future__ import annotations

import io

import resvg_py
from PIL import Image, ImageFilter

SIDE = 512
"""A sticker's side in pixels: Telegram wants one side of exactly 512."""


def document(body: str, *, view: str = "0 0 512 512", defs: str = "") -> str:
    """Return a whole SVG file around its elements."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><defs>{defs}</defs>{body}</svg>'


def render(svg: str, side: int = SIDE) -> Image.Image:
    """Return an SVG file's picture: RGBA, `side` pixels square."""
    data = resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, skip_system_fonts=True)
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGBA")


def die_cut(image: Image.Image, *, width: float = 9.0, colour: str = "#ffffff", shadow: int = 70) -> Image.Image:
    """Return the picture on a plain rim, as if it were cut out of paper, with a soft shadow below.

    :param image: RGBA, with `width` + 6 pixels of air around the drawing.
    :param width: The rim's width in pixels.
    :param shadow: The shadow's opacity, 0-255.
    """
    alpha = image.getchannel("A")
    # A blurred edge falls off evenly: cut low, it is the outline moved outwards, with round corners.
    soft = alpha.filter(ImageFilter.GaussianBlur(width * 0.62))
    rim = soft.point([max(0, min(255, (value - 9) * 16)) for value in range(256)])
    out = Image.new("RGBA", image.size, (0, 0, 0, 0))
    if shadow:
        dark = Image.new("RGBA", image.size, (20, 20, 40, 0))
        below = rim.filter(ImageFilter.GaussianBlur(3)).point([value * shadow // 255 for value in range(256)])
        dark.putalpha(below)
        out.alpha_composite(dark.crop((0, 0, image.width, image.height - 4)), (0, 4))
    paper = Image.new("RGBA", image.size, colour)
    paper.putalpha(rim)
    out.alpha_composite(paper)
    out.alpha_composite(image)
    return out


def webp(image: Image.Image, *, flat: bool = False) -> bytes:
    """Return the picture as WebP with alpha.

    :param flat: For drawings of few colours: lossless, which is then the smaller one as well.
    """
    out = io.BytesIO()
    if flat:
        image.save(out, "WEBP", lossless=True, quality=10, method=1)
    else:
        image.save(out, "WEBP", quality=90, method=0)
    return out.getvalue()
