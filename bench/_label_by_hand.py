"""A PDF writer by hand, for the one layout that the thousand labels share: how little work there can be.

Nothing is measured: what is the same on every label is written once, fields go to fixed places, and a name that were
too long would run over the edge. Only the font's subset is made by ReportLab, once for the file.
"""

import zlib
from collections.abc import Callable
from io import BytesIO

import zxingcpp
from reportlab.pdfbase.ttfonts import TTFont

from bench._label_records import HEIGHT, WIDTH, font_file
from labels.content import VialLabel
from labels.printing import lay_out
from labels.sheet import Mask, Sheet

VARYING = {"rx_number", "refills", "patient", "drug", "directions", "use_by", "lot", "date_filled", "prescriber"}


class ByHand:
    """Each text stands where ours does on the first of the labels."""

    def __init__(self, sheet: Sheet, label: VialLabel) -> None:
        self.sheet, self.label = sheet, label
        self.fonts = {name: _Font(name) for name in sorted({text.font for text in sheet.texts})}
        self.fixed, self.places = self._split()

    def _split(self) -> tuple[str, list[tuple[str, str, str]]]:
        """What never changes as operators; of each field its name, its font and the operators before its codes."""
        fixed = [
            f"{b.x:.2f} {HEIGHT - b.top - b.height:.2f} {b.width:.2f} {b.height:.2f} re f" for b in self.sheet.boxes
        ]
        places = []
        for text in self.sheet.texts:
            start = f"BT /{text.font} {text.size:g} Tf {text.x:.2f} {HEIGHT - text.baseline:.2f} Td <"
            if text.field in VARYING:
                places.append((text.field, text.font, start))
            else:
                fixed.append(f"{start}{self.fonts[text.font].codes(text.string)}> Tj ET")
        return "\n".join(fixed), places

    def page(self, label: VialLabel) -> bytes:
        parts = [self.fixed]
        for field, font, start in self.places:
            value = getattr(label, field)
            string = f"Rx {value}" if field == "rx_number" else value
            parts.append(f"{start}{self.fonts[font].codes(string)}> Tj ET")
        bars, squares = self.sheet.masks
        for mask, kind, payload in (
            (bars, zxingcpp.BarcodeFormat.Code128, label.line_code),
            (squares, zxingcpp.BarcodeFormat.DataMatrix, label.token),
        ):
            parts.append(self._code(mask, kind, payload))
        return zlib.compress("\n".join(parts).encode("ascii"))

    @staticmethod
    def _code(mask: Mask, kind: zxingcpp.BarcodeFormat, payload: str) -> str:
        square = kind == zxingcpp.BarcodeFormat.DataMatrix
        options = {"force_square": True} if square else {}
        made = zxingcpp.create_barcode(payload, kind, **options)
        image = made.to_image(scale=1, add_quiet_zones=False, add_hrt=False)
        across = image.shape[1]
        dots = bytes(memoryview(image)).translate(_BITS).decode("ascii")
        if square:
            bits = "".join(dots[start : start + across].ljust(16, "0") for start in range(0, len(dots), across))
            data, wide, high = f"{int(bits, 2):0{len(bits) // 4}x}", across, len(dots) // across
        else:
            data, wide, high = dots[:across].translate({48: "00", 49: "80"}), 1, across
        tall = high * mask.module_down
        return (
            f"q {mask.width:.3f} 0 0 {tall:.3f} {mask.x:.3f} {HEIGHT - mask.top - tall:.3f} cm "
            f"BI /W {wide} /H {high} /IM true /D [1 0] /F /AHx ID {data}> EI Q"
        )

    def file(self, labels: list[VialLabel]) -> bytes:
        out = BytesIO()
        offsets: list[int] = []
        out.write(b"%PDF-1.4\n")

        def add(body: bytes) -> int:
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (len(offsets), body))
            return len(offsets)

        contents = [self.page(label) for label in labels]
        fonts = {name: font.add(add) for name, font in self.fonts.items()}
        resources = add(b"<< /Font << %b >> >>" % b" ".join(b"/%b %d 0 R" % (n.encode(), k) for n, k in fonts.items()))
        tree = len(offsets) + 2 * len(labels) + 1
        pages = []
        for content in contents:
            stream = add(b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
            page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %d %d] /Resources %d 0 R /Contents %d 0 R >>"
            pages.append(add(page % (tree, WIDTH, HEIGHT, resources, stream)))
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        add(b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(pages), kids))
        catalog = add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
        out.write(
            b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, catalog, start)
        )
        return out.getvalue()


_BITS = bytes([ord("1")]) + bytes([ord("0")]) * 255


class _Font:
    """A TrueType font of the letters that were used, each under the number of its first use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.face = TTFont(f"{name}ByHand", font_file("Bold" if "Bold" in name else "Regular"), shapable=False).face
        self.numbers: dict[int, int] = {0: 0}
        self.spelt: dict[str, str] = {}

    def codes(self, string: str) -> str:
        """The numbers of a text's letters in hexadecimals."""
        found = self.spelt.get(string)
        if found is None:
            numbers = self.numbers
            found = "".join(f"{numbers.setdefault(ord(letter), len(numbers)):02x}" for letter in string)
            self.spelt[string] = found
        return found

    def add(self, add: Callable[[bytes], int]) -> int:
        """The objects of the font, which names its letters so that the text can be extracted."""
        used, name = list(self.numbers), self.name.encode()
        ttf = self.face.makeSubset(used)
        data = zlib.compress(ttf)
        head = b"<< /Filter /FlateDecode /Length %d /Length1 %d >>" % (len(data), len(ttf))
        file = add(b"%b\nstream\n%b\nendstream" % (head, data))
        described = add(
            b"<< /Type /FontDescriptor /FontName /%b /Flags 4 /FontBBox [-700 -300 1200 1100] /ItalicAngle 0 "
            b"/Ascent 927 /Descent -244 /CapHeight 711 /StemV 80 /FontFile2 %d 0 R >>" % (name, file)
        )
        lines = [f"<{number:02x}> <{code:04x}>" for code, number in self.numbers.items()]
        blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
        named = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        text = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
            f"1 begincodespacerange <00> <ff> endcodespacerange\n{named}\nendcmap end end"
        ).encode()
        unicode = add(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text))
        widths = b" ".join(b"%d" % round(self.face.charWidths.get(code, 0)) for code in used)
        return add(
            b"<< /Type /Font /Subtype /TrueType /BaseFont /%b /FirstChar 0 /LastChar %d /Widths [%b] "
            b"/FontDescriptor %d 0 R /ToUnicode %d 0 R >>" % (name, len(used) - 1, widths, described, unicode)
        )


def by_hand(labels: list[VialLabel]) -> bytes:
    """The file of these labels."""
    return ByHand(lay_out(labels[0])[0], labels[0]).file(labels)
