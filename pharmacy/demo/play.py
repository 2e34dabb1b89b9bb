"""The play: set-up, formula, lots, one prescription from message to counter. Each step prints one line."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from pharmacy.demo.browser import Browser, Page
from pharmacy.demo.stage import passphrase

Tell = Callable[[str], None]
Look = Callable[[str, Browser, str], None]

PHARMACY = {
    "name": "Demonstration Compounding Pharmacy",
    "address": "1 Example Street, Sampleton, CA 94000",
    "phone": "202-555-0100",
}
CAST = (
    ("tess", "Tess Specimen", "TS", "technician"),
    ("peter", "Peter Sample", "PS", "pharmacist"),
    ("paula", "Paula Example", "PE", "pharmacist-in-charge"),
    ("amos", "Amos Mockup", "AM", "auditor"),
)
WEIGHTS = "225 228 222 230 226 224 219 227 225 229"  # mg; the worked sample of the quality rules
WRITTEN = b"2026-11-20"  # the day in the packaged message, replaced by one of this week


class Account(NamedTuple):
    username: str
    full_name: str
    role: str
    password: str


class Ending(NamedTuple):
    """What the demonstration leaves: the price as it is told, the label's file, and who may sign in."""

    price: str
    label: Path
    accounts: tuple[Account, ...]


class Play:
    """One run. Browsers are kept by user name, as each person works at a screen of their own.

    look: called with a name, a browser and an address whenever a page is worth seeing; it draws the screenshots.
    """

    def __init__(
        self, base: str, set_up_token: str, directory: Path, tell: Tell, today: date, look: Look | None = None
    ) -> None:
        self.base, self.token, self.directory, self.tell, self.today = base, set_up_token, directory, tell, today
        self.look = look or (lambda _name, _browser, _address: None)
        self.screens: dict[str, Browser] = {}
        self.accounts: dict[str, Account] = {}

    def run(self) -> Ending:
        self.set_up()
        self.approve_formula()
        self.register_equipment()
        lots = self.receive_lots()
        prescription = self.receive_prescription()
        self.ask_prescriber(prescription)
        self.enter_and_verify(prescription)
        batch, number = self.make_batch(lots)
        price, label = self.fill_and_hand_out(prescription, batch, number)
        return Ending(price, label, tuple(self.accounts.values()))

    def set_up(self) -> None:
        """The one-time link makes the administrator; the administrator invites the others."""
        admin = Account("ada", "Ada Placeholder", "administrator", passphrase())
        screen = self.screens["ada"] = Browser(self.base)
        page = screen.get(f"/set-up/{self.token}")
        self.look("set-up", screen, page.url)
        typed = {"username": "ada", "full_name": admin.full_name, "initials": "AP"}
        screen.send(page, "set-up", **PHARMACY, **typed, password=admin.password, again=admin.password)
        self.accounts["ada"] = admin
        for username, full_name, initials, role in CAST:
            page = screen.get("/admin/people/new")
            if username == "tess":
                self.look("person-add", screen, page.url)
            page = screen.send(page, "people/new", username=username, full_name=full_name, initials=initials, role=role)
            self._accept(page, Account(username, full_name, role, passphrase()))
        self.look("people", screen, "/admin/people")
        self.look("pharmacy", screen, "/admin/pharmacy")
        self.look("sign-in", Browser(self.base), "/sign-in")
        self.tell("Set up: a one-time link, an administrator, and four people who chose their passwords")

    def approve_formula(self) -> None:
        tess, paula = self.screens["tess"], self.screens["paula"]
        for ingredient in INGREDIENTS:
            tess.send(tess.get("/formulas/ingredients/new"), "ingredients/new", **ingredient)
        self.look("formula-new", tess, "/formulas/new")
        page = tess.send(tess.get("/formulas/new"), "formulas/new", **FORMULA)
        self.look("formula-approve", paula, f"{page.url}/approve")
        self._sign(paula, "paula", page.url, "approve")
        self.look("formula", tess, page.url)
        self.look("formulas", tess, "/formulas/")
        self.look("ingredients", tess, "/formulas/ingredients")
        self.tell("Formula LDN-4.5: drafted by a technician, approved and signed by the pharmacist-in-charge")

    def register_equipment(self) -> None:
        """A pharmacist registers an electronic balance and a machine; a technician notes what was checked on them."""
        tess, peter = self.screens["tess"], self.screens["peter"]
        done_on, due_on = self.today.isoformat(), (self.today + timedelta(days=365)).isoformat()
        self.look("equipment-add", peter, "/equipment/add")
        page = peter.send(peter.get("/equipment/add"), "/equipment/add", **BALANCE)
        balance = page.url
        self.look("equipment-calibrate", tess, f"{balance}/calibrate")
        days = {"done_on": done_on, "due_on": due_on}
        tess.send(tess.get(f"{balance}/calibrate"), "/calibrate", certificate="CAL-DEMO-1", passed="yes", **days)
        self.look("equipment-measure", tess, f"{balance}/measure")
        tess.send(tess.get(f"{balance}/measure"), "/measure", test_mg="20000", weights=TEN_WEIGHINGS)
        page = peter.send(peter.get("/equipment/add?kind=machine"), "/equipment/add?kind=machine", **MACHINE)
        self.look("equipment-maintain", tess, f"{page.url}/maintain")
        soon = (self.today + timedelta(days=7)).isoformat()
        tess.send(
            tess.get(f"{page.url}/maintain"),
            "/maintain",
            what="taken apart, washed, dried",
            done_on=done_on,
            due_on=soon,
        )
        self.look("equipment-change", peter, f"{balance}/change")
        self.look("equipment-service", tess, f"{balance}/take-out")
        self.look("equipment-one", tess, balance)
        self.look("equipment", tess, "/equipment/")
        least = tess.get(balance).find(r"Weighs at least</dt><dd>([\d.]+ mg)")
        self.tell(
            f"Balance E001 calibrated and weighed ten times: it weighs at least {least}; capsule machine E002 cleaned"
        )

    def receive_lots(self) -> dict[str, str]:
        """The lots by the kind of their ingredient: {"active": number, ...}."""
        tess, peter = self.screens["tess"], self.screens["peter"]
        numbers = {}
        for kind, name, delivery in DELIVERIES:
            page = tess.get("/lots/receive")
            if kind == "active":
                self.look("lot-receive", tess, page.url)
            wanted = page.find(rf'<option value="(\d+)"[^>]*>\s*{re.escape(name)}')
            expiry = (self.today + timedelta(days=540)).isoformat()
            page = tess.send(page, "receive", ingredient_id=wanted, expiry=expiry, **delivery)
            numbers[kind] = page.find(r"(L\d{6})")
            if kind == "active":
                self.look("lot-release", peter, f"{page.url}/release")
                self.look("lot-measure", tess, f"{page.url}/measure")
                self.look("lot-packing", tess, f"{page.url}/packing")
                self.look("lot-certificate", tess, f"{page.url}/certificate")
            self._sign(peter, "peter", page.url, "release")
        self.look("lot", tess, page.url)
        self.look("lots", tess, "/lots/")
        self.look("lot-receive-scanned", tess, SCANNED)
        self.look("supplies", tess, "/lots/stock")
        self.look("supplies-level", tess, f"/lots/stock/{wanted}/level")
        self.tell("Lots " + ", ".join(numbers.values()) + ": received into quarantine, released by a pharmacist")
        return numbers

    def receive_prescription(self) -> str:
        """The e-prescription arrives at the API; returns the number that stands in the entry queue."""
        ada, tess = self.screens["ada"], self.screens["tess"]
        page = ada.get("/admin/tokens")
        tess_id = page.find(r'<option value="(\d+)"[^>]*>\s*Tess Specimen')
        page = ada.send(page, "tokens", name="clinic interface", person_id=tess_id)
        self.look("tokens", ada, "/admin/tokens")
        token = page.find(r"(mtr_[\w-]{30,})")
        written = (self.today - timedelta(days=4)).isoformat().encode()
        message = resources.files("pharmacy.demo").joinpath("newrx.xml").read_bytes().replace(WRITTEN, written)
        answer = tess.post_bytes(
            "/api/v1/messages", message, {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        )
        code = re.search(r"<Code>(\w+)</Code>", answer.text)
        number = tess.get("/prescriptions/?state=received").find(r">\s*(70\d{5})\s*<")
        self.tell(
            f"E-prescription received and answered (Status {code[1] if code else '?'}): prescription {number} to enter"
        )
        return number

    def ask_prescriber(self, number: str) -> None:
        """The note asks for no lactose, and does not say why: the prescription waits until that is known."""
        tess = self.screens["tess"]
        prescription = tess.get(f"/scan?code={number}").url
        form = tess.get(f"{prescription}/questions/ask")
        self.look("question-ask", tess, form.url)
        sheet = tess.send(form, "/questions/ask", **QUESTION)
        self.look("question-sheet", tess, sheet.url)
        waiting = tess.get(prescription)
        form = tess.get(waiting.find(r'href="(/prescriptions/\d+/questions/\d+/answer)"'))
        self.look("question-answer", tess, form.url)
        tess.send(form, "/answer", **ANSWER)
        self.tell("Prescriber asked by fax why no lactose; it waited, and the answer stands beside the source")

    def enter_and_verify(self, number: str) -> None:
        tess, peter = self.screens["tess"], self.screens["peter"]
        page = tess.get(f"/scan?code={number}")
        self.look("queues", tess, "/")
        self.look("messages", tess, "/messages/")
        self.look("message", tess, "/messages/1")
        self.look("prescriptions", tess, "/prescriptions/")
        entry = tess.get(f"{page.url}/enter")
        self.look("prescription-enter", tess, entry.url)
        tess.send(entry, "/enter", quantity="30")
        shown = tess.get(page.url)
        decision = shown.find(r"state-(accept|pharmacist|stop)")
        self.tell(f"Entered beside its source by a technician; screening says: {decision}")
        check = peter.get(f"{page.url}/verify")
        self.look("prescription-verify", peter, check.url)
        peter.send(
            check, "/verify", strength_again="4.5", quantity_again="30", password=self.accounts["peter"].password
        )
        self.tell("Verified by a pharmacist, who typed strength and quantity again without seeing them, and signed")

    def make_batch(self, lots: dict[str, str]) -> tuple[str, str]:
        """The batch's page and number."""
        tess, paula = self.screens["tess"], self.screens["paula"]
        formula = tess.get("/batches/plan").find(r"formula_id=(\d+)")
        page = tess.get(f"/batches/plan?formula_id={formula}")
        plan = {"capsules": "100", "purpose": "prescriptions of this week"}
        worked_out = tess.send(page, "/batches/plan", work_out="1", **plan)
        self.look("batch-choose", tess, "/batches/plan")
        self.look("batch-plan", tess, f"/batches/plan?formula_id={formula}")
        page = tess.send(worked_out, "/batches/plan")
        batch, number = page.url, page.find(r"(B\d{6}-\d{2})")
        self.tell(f"Batch {number}: 100 capsules planned, worksheet worked out by two engines that agree")
        self._work(batch, lots)
        self.tell("Weighed from scanned lots within tolerance: 510.8 mg active, 17926 mg filler, 104 shells")
        self.tell("Mixed by geometric dilution, portion by portion, each confirmed at the bench")
        self.look("batch-fill", tess, f"{batch}/fill")
        tess.send(
            tess.get(f"{batch}/fill"),
            "/fill",
            made="102",
            wasted="1",
            description="white opaque capsules, clean and whole",
        )
        self.look("batch-test", tess, f"{batch}/test")
        tess.send(tess.get(f"{batch}/test"), "/test", shell_mg="48", weights=WEIGHTS)
        self.tell("Filled (102 good, 1 spoiled) and weighed: weight test passed")
        tess.send(tess.get(batch), "/print")
        self.look("batch-release", paula, f"{batch}/release")
        self._sign(paula, "paula", batch, "release")
        self.look("batch", tess, batch)
        self.look("assay-send", tess, f"{batch}/assays/send")
        self.look("quality", tess, "/reports/quality/")
        self.look("batches", tess, "/batches/")
        self.tell(f"Batch {number} released and signed by a pharmacist who did not make it")
        return batch, number

    def _work(self, batch: str, lots: dict[str, str]) -> None:
        """The bench, step by step; a second person reads the weight of the active."""
        tess = self.screens["tess"]
        weights, looked = iter(WEIGHED), False
        while (page := tess.get(f"{batch}/fill")).url.endswith("/bench"):
            if not page.has_form("/weigh"):
                if not looked:
                    self.look("batch-step", tess, page.url)
                    looked = True
                tess.send(page, "/bench/step")
                continue
            kind, weighed = next(weights)
            second = {"reader": "peter", "reader_password": self.accounts["peter"].password}
            if kind == "active":
                self.look("batch-weigh", tess, page.url)
            source = "typed" if kind == "shell" else "balance"
            scanned = {"lot_scanned": lots[kind], "weighed": weighed, "source": source}
            tess.send(page, "/weigh", **scanned, **(second if kind == "active" else {}))

    def fill_and_hand_out(self, number: str, batch: str, batch_number: str) -> tuple[str, Path]:
        tess, paula = self.screens["tess"], self.screens["paula"]
        page = tess.send(tess.get(f"/scan?code={number}"), "/fills/start")
        fill = page.url
        self.look("fill-allocate", tess, fill)
        page = tess.send(tess.get(fill), "/allocate", batch=batch_number)
        price = page.find(r"Total\D*\$(\d+\.\d\d)")
        self.tell(f"30 capsules taken from {batch_number}; price of the month ${price}")
        page = tess.send(page, "/label")
        label = self._save_label(tess, tess.get(fill), number)
        code = f"{number}-0"
        self.look("fill-check", paula, f"{fill}/check")
        paula.send(paula.get(f"{fill}/check"), "/check", scanned=code, password=self.accounts["paula"].password)
        self.tell("Final check: the label was scanned, container and prescription compared, signed by a pharmacist")
        tess.send(
            tess.get(fill),
            "/dispense",
            handed_to="Avery Demopatient",
            counselling="No opioid medicines; vivid dreams are common",
        )
        self.tell(f"Handed out: fill {code}")
        self.look("fill", tess, fill)
        self.look("recall", paula, "/lots/1/recall")
        self.look("fills", tess, "/fills/")
        self.look("prescription", tess, tess.get(f"/scan?code={number}").url)
        self.look("patient", paula, "/patients/1")
        self.look("queues-pharmacist", paula, "/")
        self.look("rules", paula, "/rules/")
        self.look("rule", paula, "/rules/profile.thyroid")
        self.look("languages", paula, "/admin/phrases/")
        self.look("language", paula, "/admin/phrases/es")
        self.look("phrase", paula, "/admin/phrases/es/at-bedtime")
        self.look("alone", paula, "/admin/alone")
        self.look("help", tess, "/help/")
        self.look("trail", self.screens["amos"], "/reports/trail")
        trail = self.screens["amos"].get("/reports/verify")
        told = self.screens["amos"].send(trail, "/reports/verify")
        self.tell("Audit trail verified: " + told.find(r"(\d+ entries)"))
        return f"${price}", label

    def _save_label(self, screen: Browser, page: Page, number: str) -> Path:
        address = page.find(r'href="(/labels/\d+)"')
        file = self.directory / f"label-{number}-0.pdf"
        file.write_bytes(screen.get(f"{address}/label.pdf").body)
        shown = screen.get(address)
        self.look("label", screen, address)
        codes = [shown.find(rf"({re.escape(number)}-0)"), shown.find(r"(MTR1:\w{10})")]
        self.tell(f"Label printed and read back: every field, Code 128 {codes[0]}, DataMatrix {codes[1]}")
        return file

    def _sign(self, screen: Browser, username: str, record: str, step: str) -> None:
        screen.send(screen.get(f"{record}/{step}"), f"/{step}", password=self.accounts[username].password)

    def _accept(self, page: Page, account: Account) -> None:
        """Follows the one-time link that the administrator hands over."""
        screen = self.screens[account.username] = Browser(self.base)
        link = page.find(r"(/set-up/[\w-]{20,})")
        screen.send(screen.get(link), "set-up", password=account.password, again=account.password)
        self.accounts[account.username] = account


BALANCE = {
    "name": "Specimen Analytic 220",
    "serial": "DEMO-A-0001",
    "location": "balance room",
    "balance_class": "electronic",
    "readability_mg": "0.1",
    "capacity_mg": "220000",
}
MACHINE = {
    "name": "Specimen Filler 100",
    "serial": "DEMO-F-0001",
    "location": "bench 2",
    "capsule_sizes": "3 4",
    "at_once": "100",
}
TEN_WEIGHINGS = "20000.1 20000.0 20000.1 20000.1 20000.0 20000.0 20000.1 20000.0 20000.1 20000.1"  # mg
INGREDIENTS = (
    {
        "name": "Naltrexone hydrochloride",
        "kind": "active",
        "grade": "USP",
        "basis": "hydrochloride",
        "capsule_size": "",
    },
    {"name": "Microcrystalline cellulose", "kind": "filler", "grade": "NF", "basis": "", "capsule_size": ""},
    {"name": "Hypromellose capsule", "kind": "capsule shell", "grade": "NF", "basis": "", "capsule_size": "3"},
)
FORMULA = {
    "code": "LDN-4.5",
    "name": "Naltrexone hydrochloride 4.5 mg in microcrystalline cellulose",
    "strength_mg": "4.5",
    "basis": "hydrochloride",
    "form": "capsule",
    "capsule_size": "3",
    "overage": "3",
    "container": "child-resistant amber vial",
    "equipment": "Class III balance, mortar, 100-hole capsule machine",
    "steps": "Weigh naltrexone hydrochloride; a second person reads the balance\n"
    "Weigh microcrystalline cellulose\n"
    "Mix by geometric dilution, doubling the amount each time\n"
    "Count the capsules and set them into the machine\n"
    "Fill and close them, wipe them clean, and look at every one",
    "description": "white size 3 capsule, no imprint",
    "storage": "Store at 20 to 25 °C (68 to 77 °F).",
    "limit_days": "180",
    "reference": "IJPC stability study of naltrexone in microcrystalline cellulose, abstract 4481",
    "quality": "Weights of 10 capsules within 90 to 110 %, RSD at most 4 %, acceptance value at most 15",
    "active": "Naltrexone hydrochloride",
    "filler": "Microcrystalline cellulose",
    "shell": "Hypromellose capsule",
}
WEIGHED = (("active", "S S      0.5108 g"), ("filler", "S S     17.926 g"), ("shell", "104"))
QUESTION = {
    "about": "allergy",
    "text": "Please state whether the patient is allergic to lactose, or is to have none for another reason.",
    "asked_how": "fax",
}
ANSWER = {"answer": "No allergy; the patient prefers to have none.", "answered_how": "fax"}
SCANNED = "/lots/receive?code=(01)00303958083195(17)391231(10)DEMO-NTX-02"
DELIVERIES = (
    (
        "active",
        "Naltrexone hydrochloride",
        {
            "supplier": "Specimen Chemicals", "maker_lot": "DEMO-NTX-01", "amount": "25000", "assay": "99.4",
            "assay_basis": "anhydrous", "water": "8.7", "solvents": "0", "certificate_reference": "COA DEMO-1",
            "packing_mg": "150", "packing_size": "3",
        },
    ),
    (
        "filler",
        "Microcrystalline cellulose",
        {
            "supplier": "Specimen Chemicals", "maker_lot": "DEMO-MCC-01", "amount": "500000",
            "certificate_reference": "COA DEMO-2", "packing_mg": "180", "packing_size": "3",
        },
    ),
    (
        "shell",
        "Hypromellose capsule",
        {
            "supplier": "Specimen Capsules", "maker_lot": "DEMO-CAP-01", "amount": "5000",
            "certificate_reference": "COA DEMO-3", "shell_mg": "48",
        },
    ),
)  # fmt: skip


def today() -> date:
    """The day on which the play is set: this one."""
    return datetime.now(UTC).date()
