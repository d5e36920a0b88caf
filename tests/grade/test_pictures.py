"""The size of a picture from its header, against Pillow, and pictures that would fill a browser's memory."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from autograder.grade.outputs import MAX_PIXELS, inert_outputs, pixels_of_a_notebook
from autograder.grade.pictures import pixels


def picture(kind, width, height, **options):
    file = io.BytesIO()
    Image.fromarray(np.arange(width * height, dtype=np.uint8).reshape(height, width)).save(file, kind, **options)
    return file.getvalue()


def displayed(mime, data):
    return {"output_type": "display_data", "data": {mime: base64.b64encode(data).decode()}}


def shown(mime, data):
    (output,) = inert_outputs([displayed(mime, data)], pixels_of_a_notebook())
    return mime in output["data"]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(side):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(bytes(side * (side // 8 + 1))))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "options"), [("png", {}), ("jpeg", {}), ("jpeg", {"progressive": True, "dpi": (90, 90)})]
)
def test_sizes_are_those_that_pillow_wrote(kind, options):
    data = picture(kind, 37, 11, **options)
    assert pixels(f"image/{kind}", data) == 37 * 11
    assert shown(f"image/{kind}", data)


def test_a_small_file_that_stands_for_a_huge_picture_is_not_shown():
    data = png_of(30_000)
    assert len(data) < 200_000
    assert pixels("image/png", data) == 900_000_000
    assert not shown("image/png", data)
    assert shown("image/png", png_of(1000))


def test_a_huge_jpeg_is_not_shown_whatever_stands_before_its_frame():
    data = bytearray(picture("jpeg", 16, 16))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    filled = bytes(data[:frame]) + b"\x00\xff\xff" + bytes(data[frame:])
    for one in (bytes(data), filled):
        assert pixels("image/jpeg", one) == 60_000**2 > MAX_PIXELS
        assert not shown("image/jpeg", one)


def test_pictures_of_a_notebook_together_have_a_limit():
    """Each is small enough by itself; together they would fill a browser's memory."""
    large, budget = displayed("image/png", png_of(4000)), pixels_of_a_notebook()
    cells = [inert_outputs([large], budget) for _ in range(10)]
    kept = ["image/png" in output["data"] for (output,) in cells]
    assert kept == [True] * 6 + [False] * 4
    ((small,),) = [inert_outputs([displayed("image/png", picture("png", 640, 480))], budget)]
    assert "image/png" in small["data"]


def test_what_is_no_picture_has_no_size():
    assert pixels("image/png", b"GIF89a") is None
    assert pixels("image/jpeg", picture("png", 2, 2)) is None
    assert pixels("image/png", b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", bytes(20))) is None
    assert {pixels("image/jpeg", picture("jpeg", 8, 8)[:end]) for end in range(12)} == {None}
    assert not shown("image/jpeg", picture("jpeg", 8, 8)[:11])


def test_a_second_header_that_is_small_does_not_hide_a_huge_one():
    small = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 3, 1, 0, 0, 0, 0))
    huge = png_of(30_000)
    assert pixels("image/png", huge[:33] + small + huge[33:]) == 900_000_000
