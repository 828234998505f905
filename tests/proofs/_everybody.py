"""Two couples and everybody else who could call the service, each with the most they could ever have."""

from dataclasses import dataclass, field, replace

from tests.proofs._partners import CHEAP
from tests.service.keyed import PRIVATE, with_key
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import RoleService
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.formats import crypto
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Actor, Answer
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

OCCASION, INSTRUMENT, WORDS = "assessment-1", "connection", "nine quiet lanterns of "
OPEN = "skills"  # what either couple opened to each other
GRANTED = {INSTRUMENT: Granted(ToCase.SCORES, in_session=True)}
NOTED = "onlythetherapistwrote"
STUDY = with_key(Study("Talk", "How couples talk.", (INSTRUMENT,), "team@example.org", 12))


def answers_to(instrument: str) -> list[Answer]:
    """The lowest answer to every item."""
    items = catalogue()[instrument].items
    return [Answer(f"cell-{item.id}", OCCASION, item.id, item.scale.lowest) for item in items]


@dataclass
class World:
    """Two couples and whoever else could ask; roles and objects are both actors by name."""

    household: Household
    roles: dict[str, Actor]
    objects: dict[str, Actor]
    cases: dict[str, str]  # therapist to the case that they have
    kept: dict[str, RoleService] = field(default_factory=dict)  # interfaces whose sitting has ended
    markers: dict[str, bytes] = field(default_factory=dict)  # person to what only they wrote

    @classmethod
    def open(cls) -> "World":
        household = Household(MemoryStore(), cost=CHEAP, study=STUDY)
        people, tables, codes = {}, {}, {}
        for couple, names in {"x": "AB", "y": "CD"}.items():
            first = household.accounts.create_couple(names[0], WORDS + names[0])
            second = household.accounts.join(first.code, names[1], WORDS + names[1])
            people |= {names[0]: first.actor, names[1]: second.actor}
            both = [(name, WORDS + name) for name in names]
            tables[couple] = household.accounts.sign_in_together(first.code, both)
            codes[couple] = first.code
        sit, ours = household.sittings.begin, people["A"].couple_id
        reading, cases = _let_read(household, people)
        roles = {
            "A": people["A"],
            "B": people["B"],
            "C, who took back": people["C"],
            "D, after C took back": people["D"],
            "A and B together": tables["x"],
            "C and D together": tables["y"],
            "a stranger": Actor("anonymous"),
            # These come with a live sitting and a key, the most they could ever bring.
            **reading,
            "a made-up therapist": sit(Actor("therapist", ours, "t_1"), crypto.new_key()),
            "the researcher": sit(Actor("researcher", "", "r_1"), PRIVATE),
            "A, signed out": household.accounts.sign_in(codes["x"], "A", WORDS + "A"),
        }
        objects = {f"drawer of {name}": actor for name, actor in people.items()}
        objects |= {f"cases of {name}": actor for name, actor in reading.items()}
        objects |= {f"table of {couple}": actor for couple, actor in tables.items()}
        objects["what was given to research"] = roles["the researcher"]
        world = cls(household, roles, objects, cases)
        world._write(people)
        world._keep_what_ends([*roles.values()][-1])
        return world

    def _write(self, people: dict[str, Actor]) -> None:
        """Everybody writes something of their own; C and D open a round, and C takes it back."""
        for n, (name, actor) in enumerate(people.items()):
            marker = f"only{name}wrote{n}this"
            self.markers[actor.person_id] = marker.encode()
            own = self.household.seat_partner(actor)
            own.add_event("own_need", {"id": f"needs.own.cell{n}", "text": marker}, operation_id=f"need-{n}")
            own.save_answers(answers_to(INSTRUMENT))
            if name in "CD":
                own.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        for actor in self.roles.values():
            if actor.person_id in self.cases:
                name = next(one for one, other in self.roles.items() if other == actor)
                noted = NOTED + name.removeprefix("a therapist whom ").replace(" ", "")
                self.markers[actor.person_id] = noted.encode()
        self.household.seat_partner(people["C"]).withdraw(INSTRUMENT, OCCASION)
        for grain, names in ((Grain.ANSWERS, "AC"), (Grain.NOTHING, "C")):
            for name in names:
                own = self.household.seat_partner(people[name])
                own.give_to_research(grain, linked=True, text_hash=STUDY.words_hash)

    def _keep_what_ends(self, ending: Actor) -> None:
        """Interfaces that somebody holds on to: A's other sitting and one more of each role, all at an end."""
        sittings = self.household.sittings
        key = sittings.key_of(self.roles["A"])
        second = [replace(actor, sitting_id="") for actor in self.roles.values() if actor.sitting_id]
        of_role = {actor.role: actor for actor in second} | {"partner": replace(ending, sitting_id="")}
        for role, actor in of_role.items():
            seated = ending if role == "partner" else sittings.begin(actor, key)
            self.kept[role] = self.household.seat(seated)
            if role == "partner":
                self.household.seat_partner(seated).read_responses()  # its drawer has been open
            sittings.end(seated.sitting_id)


def _let_read(household: Household, people: dict[str, Actor]) -> tuple[dict[str, Actor], dict[str, str]]:
    """Therapists whom both let read, of whom one took it back, and whom nobody does; and the case of each.

    With A and B a session goes on, in which a topic is asked for.
    """
    roles, cases = {}, {}
    own = {name: household.seat_partner(actor) for name, actor in people.items()}
    for partner in own.values():
        partner.add_event("consent", {"text": "consent", "text_hash": "0", "agreed": True})
        partner.save_answers([*answers_to(OPEN), *answers_to(INSTRUMENT)])
        partner.decide(OPEN, OCCASION, Grain.SCORES)
    for name, granting in {"both grant": "AB", "one took back": "CD", "nobody grants": ""}.items():
        actor = household.therapists.create("T", WORDS + name).actor
        page = therapist_at(household, actor)
        page.set_policy("no_secrets", "I may bring it up.", 365)
        case = page.make_case(f"case of whom {name}")
        roles[f"a therapist whom {name}"], cases[actor.person_id] = actor, case.case_id
        page.write_note(case.case_id, "free", NOTED + name.replace(" ", ""))
        for person in granting:
            read = own[person].join_case(case.code).policy_hash
            own[person].grant_case(GRANTED, until="", policy_hash=read)
            page.cases()
            page.tick_case(case.case_id, f"alone/{people[person].person_id}", stands=True)
    own["C"].grant_case({}, until="", policy_hash="")
    both = therapist_at(household, roles["a therapist whom both grant"])
    both.open_session(cases[both.actor.person_id])
    both.reveal(cases[both.actor.person_id], "connection.listening", OCCASION)
    return roles, cases


def therapist_at(household: Household, actor: Actor) -> LocalTherapist:
    """Return a therapist's interface."""
    page = household.seat(actor)
    assert isinstance(page, LocalTherapist)
    return page
