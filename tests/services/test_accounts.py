"""Passwords, waiting after wrong ones, set-up links, the last administrator, sessions and tokens."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import passwords, people, sessions, signing
from pharmacy.store.database import Database
from pharmacy.store.tables import Person, Pharmacy
from tests.services.line import Line
from tests.services.samples import PASSWORD, PASSWORD_HASH

ADDRESS = "192.0.2.7"


def _try(line: Line, password: str, username: str = "pia", after: int = 0) -> passwords.Known:
    moment = line.now + timedelta(seconds=after)
    return passwords.check(line.database, username, password, address=ADDRESS, now=moment)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("fourteen chars", "at least 15"),
        ("x" * 201, "at most 200"),
        ("aaaaaaaaaaaaaaaaaaaa", "too easy"),
        ("piapiapiapiapiapia", "too easy"),
        ("pia.pia.pia.pia.pia.pia", "too easy"),
        ("passwordpassword", "too easy"),
        ("qwertyuiopasdfgh", "too easy"),
        ("iloveyouiloveyou", "too easy"),
        ("123456789012345678", "too easy"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_with_its_limit(password: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        passwords.hashed(password, username="pia")
    assert refusal.value.field == "password"


def test_a_password_is_kept_as_argon2id() -> None:
    assert re.match(r"\$argon2id\$v=19\$m=\d+,t=\d,p=\d\$", passwords.hashed("plum lantern quartz sofa"))


def test_the_right_password_names_its_person_however_the_name_is_typed(line: Line) -> None:
    for typed in ("pia", " PIA ", "Pia"):
        assert _try(line, PASSWORD, typed).full_name == "Pia Pharmacist"


def test_wrong_name_and_wrong_password_are_answered_alike(line: Line) -> None:
    said = set()
    for username, password in (("pia", "wrong"), ("nobody", PASSWORD), ("pi\0a\ud800" * 100, "wrong"), ("", "")):
        with pytest.raises(RuleBroken) as refusal:
            _try(line, password, username)
        said.add(str(refusal.value))
    assert said == {"User name or password is wrong."}
    assert len(line.trail(Event.SIGN_IN_REFUSED)) == 4


def test_after_five_wrong_passwords_also_the_right_one_waits(line: Line) -> None:
    for _ in range(5):
        with pytest.raises(RuleBroken, match="is wrong"):
            _try(line, "wrong")
    with pytest.raises(RuleBroken, match="wait 30 seconds"):
        _try(line, PASSWORD)
    with pytest.raises(RuleBroken, match="wait 1 second,"):
        _try(line, PASSWORD, after=29)
    assert _try(line, PASSWORD, after=30).full_name == "Pia Pharmacist"


def test_each_further_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour(line: Line) -> None:
    at = 0
    for _ in range(5):
        with pytest.raises(RuleBroken, match="is wrong"):
            _try(line, "wrong")
    for wait in (30, 60, 120, 240, 480, 900, 900):
        with pytest.raises(RuleBroken, match=f"wait {wait} seconds"):
            _try(line, "wrong", after=at)
        at += wait
        with pytest.raises(RuleBroken, match="is wrong"):
            _try(line, "wrong", after=at)


def test_the_right_password_forgets_the_wrong_ones(line: Line) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(RuleBroken, match="is wrong"):
                _try(line, "wrong")
        assert _try(line, PASSWORD)


def test_wrong_passwords_of_last_week_do_not_count_against_everybody_behind_one_address(line: Line) -> None:
    for count in range(40):
        hour = 2 * 3600 * count
        with pytest.raises(RuleBroken, match="is wrong"):
            _try(line, "wrong", f"person{count}", after=hour)
    assert _try(line, PASSWORD, after=80 * 3600)


def test_thirty_wrong_passwords_make_an_address_wait_whatever_the_name(line: Line) -> None:
    for count in range(30):
        with pytest.raises(RuleBroken, match="is wrong"):
            _try(line, "wrong", f"person{count}")
    with pytest.raises(RuleBroken, match="wait 30 seconds"):
        _try(line, PASSWORD)


def test_who_has_left_cannot_sign_in_nor_sign(line: Line) -> None:
    proof = line.proof("pia")
    line.run(
        lambda s: people.change(
            s, proof.person_id, role=Role.PHARMACIST, is_active=False, actor=line.who["ada"], now=line.now
        )
    )
    with pytest.raises(RuleBroken, match="is wrong"):
        _try(line, PASSWORD)
    rx = line.entered()
    with pytest.raises(RuleBroken, match="has left; nothing was signed"):
        line.verify(rx)


def test_a_signature_asks_for_the_password_again(line: Line) -> None:
    def prove(password: str) -> signing.Proof:
        return signing.prove(line.database, "pia", password, address=ADDRESS, now=line.now)

    assert prove(PASSWORD) == signing.Proof(line.who["pia"].id, line.now)
    for password, said in (
        ("", "type your password"),
        ("wrong", "Nothing was signed. User name or password is wrong."),
    ):
        with pytest.raises(RuleBroken, match=said) as refusal:
            prove(password)
        assert refusal.value.field == "password"
    assert line.trail(Event.SIGNING_REFUSED, line.who["pia"].id)


def test_the_first_administrator_comes_by_a_link_that_works_once(database: Database, line: Line) -> None:
    person = line.run(
        lambda s: people.add(
            s, username="new.one", full_name="New One", initials="NO", role=Role.TECHNICIAN,
            actor=line.who["ada"], now=line.now,
        )
    )  # fmt: skip
    token = line.run(lambda s: people.make_link(s, person_id=person.id, actor=line.who["ada"], now=line.now))
    link = line.run(lambda s: people.open_link(s, token, now=line.now))
    line.run(lambda s: people.choose_password(s, link, PASSWORD_HASH, now=line.now))
    assert _try(line, PASSWORD, "new.one").role is Role.TECHNICIAN
    with pytest.raises(RuleBroken, match="used before"):
        line.run(lambda s: people.open_link(s, token, now=line.now))
    with pytest.raises(RuleBroken, match="used a moment ago"):
        line.run(lambda s: people.choose_password(s, link, PASSWORD_HASH, now=line.now))


def test_a_link_ends_after_two_days_and_with_the_next_one(line: Line) -> None:
    pia = line.who["pia"].id
    first, second = (
        line.run(lambda s: people.make_link(s, person_id=pia, actor=line.who["ada"], now=line.now)) for _ in range(2)
    )
    with pytest.raises(RuleBroken, match="used before or is too old"):
        line.run(lambda s: people.open_link(s, first, now=line.now))
    line.run(lambda s: people.open_link(s, second, now=line.now + timedelta(days=2)))
    with pytest.raises(RuleBroken, match="used before or is too old"):
        line.run(lambda s: people.open_link(s, second, now=line.now + timedelta(days=2, seconds=1)))


def test_a_new_pharmacy_is_set_up_once(database: Database, line: Line) -> None:
    ada = line.who["ada"]
    line.run(lambda s: setattr(s.get_one(Person, ada.id), "password_hash", ""))
    assert line.read(people.nobody_yet)
    token = line.run(lambda s: people.make_link(s, person_id=None, actor=people.OWNER, now=line.now))

    def set_up(name: str) -> None:
        def work(session: object) -> None:
            link = people.open_link(session, token, now=line.now)  # type: ignore[arg-type]
            people.set_up(
                session, link, pharmacy=("Elm", "2 Elm Street", "202-555-0101"), username=name, full_name="First One",
                initials="FO", password_hash=PASSWORD_HASH, now=line.now,
            )  # type: ignore[arg-type]  # fmt: skip

        line.run(work)

    set_up("first")
    assert line.row(Pharmacy, 1).name == "Elm"
    assert not line.read(people.nobody_yet)
    changed = line.trail(Event.PHARMACY_CHANGED)[-1]
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Linden Pharmacy", "Elm")
    with pytest.raises(RuleBroken, match="used before"):
        set_up("second")


def test_the_last_administrator_stays_one(line: Line) -> None:
    ada = line.who["ada"]
    for role, active in ((Role.TECHNICIAN, True), (Role.ADMINISTRATOR, False)):
        with pytest.raises(RuleBroken, match="Ada Administrator is the last administrator"):
            line.run(
                lambda s, role=role, active=active: people.change(
                    s, ada.id, role=role, is_active=active, actor=ada, now=line.now
                )
            )
    assert line.row(Person, ada.id).is_active


def test_of_two_administrators_who_step_down_at_once_one_stays(line: Line) -> None:
    ada, otto = line.who["ada"], line.who["otto"]
    line.run(lambda s: people.change(s, otto.id, role=Role.ADMINISTRATOR, is_active=True, actor=ada, now=line.now))
    together = Barrier(2)

    def step_down(person_id: int) -> bool:
        together.wait()
        try:
            line.run(
                lambda s: people.change(s, person_id, role=Role.TECHNICIAN, is_active=True, actor=ada, now=line.now)
            )
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(step_down, (ada.id, otto.id)))
    assert sorted(done) == [False, True]
    assert not line.read(people.nobody_yet)


def test_a_session_ends_when_its_person_leaves_or_takes_another_role(line: Line) -> None:
    idle = timedelta(minutes=10)
    ada, paul = line.who["ada"], line.who["paul"].id

    def change(role: Role, active: bool) -> None:
        line.run(lambda s: people.change(s, paul, role=role, is_active=active, actor=ada, now=line.now))

    def lives(token: str) -> bool:
        return line.read(lambda s: sessions.find(s, token, idle=idle, now=line.now)) is not None

    for role, active in ((Role.TECHNICIAN, True), (Role.PHARMACIST, False)):
        token = line.run(lambda s: sessions.begin(s, paul, lasts=timedelta(hours=12), now=line.now))
        assert lives(token)
        change(role, active)
        assert not lives(token)
        change(Role.PHARMACIST, True)
        assert not lives(token)


def test_a_session_ends_when_left_idle_when_too_old_and_when_signed_out(line: Line) -> None:
    idle, lasts = timedelta(minutes=10), timedelta(hours=12)
    token = line.run(lambda s: sessions.begin(s, line.who["pia"].id, lasts=lasts, now=line.now))

    def lives(after: timedelta) -> bool:
        return line.read(lambda s: sessions.find(s, token, idle=idle, now=line.now + after)) is not None

    assert lives(idle)
    assert not lives(idle + sessions.SEEN_EVERY)
    found = line.read(lambda s: sessions.find(s, token, idle=idle, now=line.now))
    assert found is not None
    line.run(lambda s: sessions.touch(s, found[0].id, now=line.now + lasts - idle))
    assert lives(lasts - timedelta(seconds=1))
    assert not lives(lasts)
    line.run(lambda s: sessions.end(s, token, actor=line.who["pia"], now=line.now))
    assert not lives(timedelta(0))


def test_an_api_token_acts_as_its_person_until_it_is_revoked_or_the_person_leaves(line: Line) -> None:
    ada, pia = line.who["ada"], line.who["pia"]
    token = line.run(lambda s: people.make_api_token(s, pia.id, "clinic portal", actor=ada, now=line.now))
    found = line.read(lambda s: people.of_api_token(s, token))
    assert found is not None
    assert (found.full_name, found.role) == ("Pia Pharmacist", Role.PHARMACIST)
    assert line.read(lambda s: people.of_api_token(s, token + "x")) is None
    made = line.trail(Event.TOKEN_MADE)
    assert made[0]["name"] == "clinic portal"
    assert token not in str(made)
    line.run(lambda s: people.change(s, pia.id, role=Role.PHARMACIST, is_active=False, actor=ada, now=line.now))
    assert line.read(lambda s: people.of_api_token(s, token)) is None
    line.run(lambda s: people.change(s, pia.id, role=Role.PHARMACIST, is_active=True, actor=ada, now=line.now))
    line.run(lambda s: people.revoke_api_token(s, 1, actor=ada, now=line.now))
    assert line.read(lambda s: people.of_api_token(s, token)) is None
    with pytest.raises(RuleBroken, match="revoked before"):
        line.run(lambda s: people.revoke_api_token(s, 1, actor=ada, now=line.now))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "two words"}, "username"),
        ({"username": "pia"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"full_name": ""}, "full_name"),
        ({"initials": "TOOLONG"}, "initials"),
    ],
)
def test_a_person_is_added_only_with_a_name_that_can_be_printed(
    sqlite_line: Line, changed: dict[str, str], field: str
) -> None:
    line = sqlite_line
    given = {"username": "nina", "full_name": "Nina New", "initials": "NN", **changed}
    with pytest.raises(RuleBroken) as refusal:
        line.run(lambda s: people.add(s, **given, role=Role.TECHNICIAN, actor=line.who["ada"], now=line.now))
    assert refusal.value.field == field
    assert len(line.read(lambda s: s.scalars(select(Person)).all())) == 8


def test_what_labels_print_about_the_pharmacy_has_its_limits(line: Line) -> None:
    for field, values in (("name", ("", "a", "1")), ("address", ("a", "x" * 81, "1")), ("phone", ("a", "a", "1" * 31))):
        with pytest.raises(RuleBroken) as refusal:
            line.run(lambda s, values=values: people.change_pharmacy(s, *values, actor=line.who["ada"], now=line.now))
        assert refusal.value.field == field


def test_wrong_passwords_from_outside_do_not_stop_those_who_sign(line: Line) -> None:
    for n in range(40):
        with pytest.raises(RuleBroken):
            passwords.check(line.database, f"nobody{n}", "wrong", address="1.2.3.4", now=line.now)
    for _ in range(6):
        with pytest.raises(RuleBroken):
            passwords.check(line.database, "pia", "wrong", address="5.6.7.8", now=line.now)
    with pytest.raises(RuleBroken, match="Too many wrong passwords"):
        passwords.check(line.database, "pia", PASSWORD, address="1.2.3.4", now=line.now)
    assert (
        signing.prove(line.database, "pia", PASSWORD, address="1.2.3.4", now=line.now).person_id == line.who["pia"].id
    )
