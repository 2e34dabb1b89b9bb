"""The same labels made by others, written as somebody would who knows the tool: the same font, texts and codes.

Each function takes the labels and gives the bytes of one PDF with a page for each. ReportLab is always there; typst and
WeasyPrint come with requirements/bench.txt, and are imported when they are used so that the rest runs without them.
"""

import json
from collections.abc import Callable
from html import escape
from importlib import import_module
from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image as Picture
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from bench._label_records import HEIGHT, WIDTH, font_file
from labels.content import VialLabel

FORMATS = {"code128": zxingcpp.BarcodeFormat.Code128, "datamatrix": zxingcpp.BarcodeFormat.DataMatrix}


def lines(label: VialLabel) -> dict[str, str]:
    """What stands on the label, in the lines that every tool sets."""
    return {
        "name": f"{label.pharmacy_name}  Rx {label.rx_number}",
        "place": f"{label.pharmacy_address} {label.pharmacy_phone} Fill {label.fill} Refills {label.refills}",
        "patient": label.patient,
        "drug": label.drug,
        "directions": label.directions,
        "purpose": label.purpose,
        "facts": f"Quantity {label.quantity} Use by {label.use_by} Lot {label.lot} Filled {label.date_filled} "
        f"Prescriber {label.prescriber} {label.compounded}. RPh {label.initials}",
        "small": f"{' '.join(label.warnings)} {label.storage} Looks like: {label.description}. "
        f"Inactive ingredients: {label.inactive}.",
    }


SIZES = {"name": 8, "place": 6.25, "patient": 15, "drug": 13, "directions": 16, "purpose": 12, "facts": 6.5, "small": 6}
BOLD = {"name", "patient", "directions"}


def platypus(labels: list[VialLabel]) -> bytes:
    """Paragraphs and a table, ReportLab's own bars and squares."""
    return _platypus(labels, _own_squares)


def platypus_zxing(labels: list[VialLabel]) -> bytes:
    """The same, the squares as a picture from zxing."""
    return _platypus(labels, _pictured_squares)


def _platypus(labels: list[VialLabel], squares: Callable[[str], Flowable]) -> bytes:
    for weight in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(f"Peer{weight}", font_file(weight), shapable=False))
    styles = {
        line: ParagraphStyle(
            line, fontName="PeerBold" if line in BOLD else "PeerRegular", fontSize=size, leading=size * 1.1
        )
        for line, size in SIZES.items()
    }
    bare = TableStyle([(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")])
    story: list[Flowable] = []
    for label in labels:
        left = [Paragraph(escape(text), styles[line]) for line, text in lines(label).items()]
        bars = Code128(label.line_code, barHeight=16, barWidth=0.71, quiet=True, lquiet=8, rquiet=8)
        story += [Table([[left, squares(label.token)]], colWidths=[242, 40], style=bare), bars, PageBreak()]
    file = BytesIO()
    document = BaseDocTemplate(file, pagesize=(WIDTH, HEIGHT))
    whole = Frame(3, 1, WIDTH - 6, HEIGHT - 2, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[whole]))
    document.build(story)
    return file.getvalue()


def _own_squares(payload: str) -> Flowable:
    drawn: Flowable = createBarcodeDrawing("ECC200DataMatrix", value=payload, width=36, height=36)
    return drawn


def _pictured_squares(payload: str) -> Flowable:
    code = zxingcpp.create_barcode(payload, FORMATS["datamatrix"], force_square=True)
    file = BytesIO()
    Picture.fromarray(code.to_image(scale=4, add_quiet_zones=False, add_hrt=False)).save(file, "PNG")
    file.seek(0)
    return Image(file, width=24, height=24)


TYPST = """
#set page(width: 288pt, height: 144pt, margin: 3pt)
#set text(font: "Roboto", size: 6pt)
#set par(leading: 0.3em, spacing: 0.35em)
#let code(dots, across, down, width, height) = image(
  bytes(dots), format: (encoding: "luma8", width: across, height: down), width: width, height: height, fit: "stretch",
  scaling: "pixelated"
)
#for label in json(bytes(sys.inputs.labels)) [
  #grid(columns: (1fr, 30pt), column-gutter: 4pt,
    [
      #text(8pt, weight: "bold", label.name) \\ #text(6.25pt, label.place) \\
      #text(15pt, weight: "bold", label.patient) \\ #text(13pt, label.drug) \\
      #text(16pt, weight: "bold", label.directions) \\ #text(12pt, label.purpose) \\
      #text(6.5pt, label.facts) \\ #label.small
    ],
    [
      #code(label.squares, label.across, label.across, 24pt, 24pt)
    ])
  #place(bottom + right, dx: -8pt, code(label.bars, label.bars.len(), 1, label.bars.len() * 0.71pt, 16pt))
  #pagebreak(weak: true)
]
"""


def typst(labels: list[VialLabel]) -> bytes:
    """A template that loops over the labels; the dots of the codes come from zxing."""
    given = []
    for label in labels:
        dots, wide = _dots("code128", label.line_code)
        bars = dots[:wide]
        squares, across = _dots("datamatrix", label.token)
        given.append(lines(label) | {"bars": bars, "squares": squares, "across": across})
    made = import_module("typst").compile(
        TYPST.encode(), font_paths=[str(Path(font_file("Regular")).parent)], sys_inputs={"labels": json.dumps(given)}
    )
    assert isinstance(made, bytes)
    return made


def _dots(kind: str, payload: str) -> tuple[list[int], int]:
    options = {"force_square": True} if kind == "datamatrix" else {}
    image = zxingcpp.create_barcode(payload, FORMATS[kind], **options).to_image(
        scale=1, add_quiet_zones=False, add_hrt=False
    )
    return list(bytes(memoryview(image))), image.shape[1]


HTML = """<html><style>
@font-face {{ font-family: Peer; src: url(file://{regular}); font-weight: 400 }}
@font-face {{ font-family: Peer; src: url(file://{bold}); font-weight: 700 }}
@page {{ size: 288pt 144pt; margin: 3pt }}
body {{ font: 6pt/1.1 Peer; margin: 0 }} p {{ margin: 0 }} svg {{ display: block }}
.label {{ page-break-after: always; position: relative; height: 138pt; padding-right: 34pt }}
.squares, .bars {{ position: absolute; right: 6pt }} .squares {{ top: 2pt }} .bars {{ bottom: 0 }}
{sizes}
</style>{pages}</html>"""


def weasyprint(labels: list[VialLabel]) -> bytes:
    """One document with a block for each label; codes are SVG from zxing."""
    sizes = "\n".join(
        f".{line} {{ font-size: {size}pt{'; font-weight: 700' if line in BOLD else ''} }}"
        for line, size in SIZES.items()
    )
    pages = []
    for label in labels:
        texts = "".join(f'<p class="{line}">{escape(text)}</p>' for line, text in lines(label).items())
        squares = _svg("datamatrix", label.token, 'class="squares" width="24pt" height="24pt"')
        bars = _svg("code128", label.line_code, 'class="bars" width="80pt" height="16pt"')
        pages.append(f'<div class="label">{texts}{squares}{bars}</div>')
    html = HTML.format(regular=font_file("Regular"), bold=font_file("Bold"), sizes=sizes, pages="".join(pages))
    made = import_module("weasyprint").HTML(string=html).write_pdf()
    assert isinstance(made, bytes)
    return made


def _svg(kind: str, payload: str, size: str) -> str:
    options = {"force_square": True} if kind == "datamatrix" else {}
    svg = zxingcpp.create_barcode(payload, FORMATS[kind], **options).to_svg(add_quiet_zones=False, add_hrt=False)
    inside = svg[svg.index("<svg") :]
    across, down = (inside.split(f'{side}="')[1].split('"')[0] for side in ("width", "height"))
    body = inside[inside.index(">") + 1 :]
    return f'<svg viewBox="0 0 {across} {down}" preserveAspectRatio="none" {size}>{body}'
