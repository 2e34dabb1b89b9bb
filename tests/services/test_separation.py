"""Nobody approves what they did themselves; one pharmacist alone may, with a reason that is kept."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.signature import Meaning
from pharmacy.services import fills, formulas, lots, people, prescriptions, releasing, signing
from pharmacy.store.tables import Batch, Fill, Formula, IngredientKind, Lot, Pharmacy, Prescription
from tests.services.line import DRAFT, Line

ALONE = "the only pharmacist on duty today"


def test_whoever_entered_a_prescription_may_not_verify_it(line: Line) -> None:
    rx = line.entered("pia")
    with pytest.raises(RuleBroken, match="You entered prescription 7000011 yourself; somebody else must sign"):
        line.verify(rx, "pia", reason=ALONE)
    assert line.row(Prescription, rx).state == "entered"
    line.verify(rx, "paul")


def test_whoever_received_a_lot_may_not_release_it(line: Line) -> None:
    lot = line.lot(IngredientKind.FILLER, release=False, actor=line.who["pia"])
    with pytest.raises(RuleBroken, match="You received or made lot L000004 yourself"):
        line.run(lambda s: lots.release(s, lot, today=line.today, reason=ALONE, **line.signed("pia")))
    assert line.row(Lot, lot).state == "quarantined"
    line.run(lambda s: lots.release(s, lot, today=line.today, **line.signed("paul")))


@pytest.mark.parametrize("act", ["plan", "weigh", "fill", "test"])
def test_whoever_had_a_hand_in_a_batch_may_not_release_it(line: Line, act: str) -> None:
    by = {"plan": "tess", "weigh": "tess", "fill": "tess", "test": "tess", act: "pia"}
    batch = line.planned(by=by["plan"])
    for position in (1, 2, 3):
        line.weigh(batch, position, by=by["weigh"] if position == 2 else "tess")
    line.fill_capsules(batch, by=by["fill"])
    line.test_weights(batch, by=by["test"])
    with pytest.raises(RuleBroken, match="You worked on batch B261124-01 yourself"):
        line.release(batch, "pia", reason=ALONE)
    assert line.row(Batch, batch).state == "awaiting release"
    line.release(batch, "paul")


@pytest.mark.parametrize("act", ["start", "allocate"])
def test_whoever_packed_a_fill_may_not_check_it(line: Line, act: str) -> None:
    batch, rx = line.released(), line.verified()
    fill = line.started(rx, by="pia" if act == "start" else "tess")
    line.allocate(fill, batch, by="pia" if act == "allocate" else "tess")
    line.label(fill)
    with pytest.raises(RuleBroken, match="You packed fill 7000011-0 yourself"):
        line.check(fill, "pia", reason=ALONE)
    assert line.row(Fill, fill).state == "labelled"
    line.check(fill, "paul")


def test_whoever_drafted_a_formula_may_not_approve_it(line: Line) -> None:
    draft = replace(DRAFT, code="OTHER")
    key = line.run(lambda s: formulas.draft(s, draft, actor=line.who["ines"], now=line.now)).id
    with pytest.raises(RuleBroken, match="You drafted OTHER version 1 yourself"):
        line.run(lambda s: formulas.approve(s, key, reason=ALONE, **line.signed("ines")))
    line.run(lambda s: formulas.approve(s, key, **line.signed("ivan")))


def test_whoever_changed_a_draft_may_not_approve_it(line: Line) -> None:
    draft = replace(DRAFT, code="OTHER")
    key = line.run(lambda s: formulas.draft(s, draft, **line.by)).id
    changed = replace(draft, strength_mg=Decimal(3))
    line.run(lambda s: formulas.change(s, key, changed, actor=line.who["ines"], now=line.now))
    with pytest.raises(RuleBroken, match="You drafted OTHER version 1 yourself"):
        line.run(lambda s: formulas.approve(s, key, **line.signed("ines")))
    assert line.row(Formula, key).state == "draft"
    line.run(lambda s: formulas.approve(s, key, **line.signed("ivan")))


def test_whoever_weighed_may_not_accept_the_deviation(line: Line) -> None:
    batch = line.planned(by="pia")
    told = {"deviation": "spilled a little, reweighed twice", "amount": Decimal("520.000"), "by": "pia"}
    with pytest.raises(RuleBroken, match="another pharmacist must sign the deviation"):
        line.weigh(batch, 1, **told, witness=line.proof("pia"))
    line.weigh(batch, 1, **told, witness=line.proof("paul"))


def test_one_pharmacist_alone_signs_all_four_with_a_reason_that_is_kept(line: Line) -> None:
    line.alone()
    rx = line.entered("pia")
    with pytest.raises(RuleBroken, match="give the reason in at least 10 letters"):
        line.verify(rx, "pia", reason="alone")
    line.verify(rx, "pia", reason=ALONE)
    lot = line.lot(IngredientKind.FILLER, release=False, actor=line.who["pia"])
    line.run(lambda s: lots.release(s, lot, today=line.today, reason=ALONE, **line.signed("pia")))
    batch = line.tested(by="pia")
    line.release(batch, "pia", reason=ALONE)
    fill = line.started(rx, by="pia")
    line.allocate(fill, batch, by="pia")
    line.label(fill)
    line.check(fill, "pia", reason=ALONE)
    taken = line.trail(Event.EXCEPTION_TAKEN)
    assert [(entry["step"], entry["reason"], entry["by"]) for entry in taken] == [
        (step, ALONE, "Pia Pharmacist") for step in ("verify", "release", "release", "check")
    ]
    assert line.read(lambda s: prescriptions.signatures(s, s.get_one(Prescription, rx)))[-1].reason == ALONE
    line.assert_whole()


def test_the_pharmacist_in_charge_signs_the_exception_with_a_reason_and_ends_it(line: Line) -> None:
    def declare(who: str, alone: bool, reason: str = ALONE) -> None:
        signed = line.signed(who)
        line.run(lambda s: people.declare_alone(s, alone=alone, reason=reason, **signed))

    with pytest.raises(RuleBroken, match="Only the pharmacist-in-charge"):
        declare("pia", True)
    with pytest.raises(RuleBroken, match="at least 10 letters"):
        declare("ines", True, "short")
    declare("ines", True)
    with pytest.raises(RuleBroken, match="already in force"):
        declare("ines", True)
    line.verify(line.entered("pia"), "pia", reason=ALONE)
    [signature] = line.read(lambda s: signing.standing(s, "pharmacy", 1, people.content_alone(s.get_one(Pharmacy, 1))))
    assert (signature.printed_name, signature.reason, signature.holds) == ("Ines In-Charge", ALONE, True)
    declare("ines", False)
    rx = line.entered("pia")
    with pytest.raises(RuleBroken, match="somebody else must sign"):
        line.verify(rx, "pia", reason=ALONE)
    last = line.trail(Event.PHARMACY_CHANGED, 1)[-1]
    assert (last["before"], last["after"]) == ({"one_pharmacist": True}, {"one_pharmacist": False})


def test_the_exception_is_not_noted_when_two_people_did_it(line: Line) -> None:
    line.alone()
    line.verified()
    assert line.trail(Event.EXCEPTION_TAKEN) == []


def test_nobody_signs_with_the_proof_of_another(line: Line) -> None:
    rx, batch = line.entered(), line.tested()
    for signed in (
        lambda: line.verify(rx, "paul", proof=line.proof("pia")),
        lambda: line.release(batch, "paul", proof=line.proof("pia")),
    ):
        with pytest.raises(RuleBroken, match="Sign with your own password"):
            signed()
    assert (line.row(Prescription, rx).state, line.row(Batch, batch).state) == ("entered", "awaiting release")


def test_a_deviation_is_accepted_by_a_pharmacist_only(line: Line) -> None:
    batch = line.planned()
    with pytest.raises(RuleBroken, match="accepted by a pharmacist's signature"):
        line.weigh(batch, 1, Decimal(520), deviation="spilled a little", witness=line.proof("tom"))
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).on_hand == 100_000


# A signed record that was changed past the services voids its signature, and what follows from it is refused.


def test_a_changed_prescription_voids_its_signature_and_is_not_filled(line: Line) -> None:
    rx, batch = line.verified(), line.released()
    line.run(lambda s: s.execute(update(Prescription).where(Prescription.id == rx).values(quantity=90)))
    assert not line.read(lambda s: prescriptions.signatures(s, s.get_one(Prescription, rx)))[0].holds
    with pytest.raises(RuleBroken, match="is not what was signed; it must be verified anew"):
        line.started(rx)
    line.run(lambda s: s.execute(update(Prescription).where(Prescription.id == rx).values(quantity=30)))
    fill = line.started(rx)
    line.run(
        lambda s: s.execute(update(Prescription).where(Prescription.id == rx).values(directions="Take 9 capsules"))
    )
    with pytest.raises(RuleBroken, match="is not what was signed"):
        line.allocate(fill, batch)


def test_a_changed_batch_voids_its_signature_and_is_not_allocated(line: Line) -> None:
    batch, fill = line.released(), line.started()
    line.run(
        lambda s: s.execute(
            update(Batch).where(Batch.id == batch).values(beyond_use_date=line.today.replace(year=2028))
        )
    )
    assert not line.read(lambda s: releasing.signatures(s, s.get_one(Batch, batch)))[0].holds
    with pytest.raises(RuleBroken, match="is not what was signed at its release"):
        line.allocate(fill, batch)
    assert line.row(Batch, batch).on_hand == 100


def test_a_changed_certificate_voids_the_lot_release_and_nothing_is_made_from_it(line: Line) -> None:
    batch, lot = line.planned(), line.lots[IngredientKind.ACTIVE]
    line.run(lambda s: s.execute(update(Lot).where(Lot.id == lot).values(assay=Decimal("0.981"))))
    with pytest.raises(RuleBroken, match="is not what was signed at its release"):
        line.planned()
    with pytest.raises(RuleBroken, match="is not what was signed at its release"):
        line.weigh(batch, 1)


def test_a_changed_fill_voids_the_final_check_and_is_not_handed_out(line: Line) -> None:
    fill = line.checked()
    line.run(lambda s: s.execute(update(Fill).where(Fill.id == fill).values(price=Decimal("4.00"))))
    assert not line.read(lambda s: fills.signatures(s, s.get_one(Fill, fill)))[0].holds
    with pytest.raises(RuleBroken, match="is not what was signed at the final check"):
        line.dispense(fill)


def test_a_formula_without_its_signature_makes_no_batch(line: Line) -> None:
    key = line.run(lambda s: formulas.draft(s, replace(DRAFT, code="OTHER"), **line.by)).id
    line.run(
        lambda s: s.execute(
            update(Formula)
            .where(Formula.id == key)
            .values(state="approved", is_open=False, approved_by_id=line.who["ines"].id, approved_at=line.now)
        )
    )
    line.formula = key
    with pytest.raises(RuleBroken, match="is not what Ines In-Charge signed; it must be approved anew"):
        line.planned()


def test_a_signature_says_who_when_and_what_it_means(line: Line) -> None:
    batch = line.released()
    [signature] = line.read(lambda s: releasing.signatures(s, s.get_one(Batch, batch)))
    assert (signature.printed_name, signature.role, signature.meaning, signature.at, signature.holds) == (
        "Pia Pharmacist", "pharmacist", Meaning.BATCH_RELEASED.value, line.now, True,
    )  # fmt: skip


def test_whoever_entered_it_first_may_not_verify_what_another_changed_since(line: Line) -> None:
    rx = line.entered(by="pia")
    line.entered(by="tess", rx=rx)
    with pytest.raises(RuleBroken, match="entered prescription"):
        line.verify(rx, by="pia")
