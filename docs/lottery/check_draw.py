#!/usr/bin/env python3
"""Hold a draw of seats again, and print every ticket's place. Needs Python 3.8 or newer and nothing else.

    python3 check_draw.py list.txt LIST_HASH COMMITMENT SCHOOL_VALUE PUBLIC_VALUE > mine.txt

`list.txt` is the list that was published, LIST_HASH and COMMITMENT what was published before the draw,
SCHOOL_VALUE what the school opened afterwards, PUBLIC_VALUE what nobody could know beforehand. What is printed
is, byte for byte, the result that the school published; README.md beside this file describes each step.
"""

import hashlib
import hmac
import sys

FORMAT = "smart-academy-draw 1"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read_list(text):
    """(number of the draw, seats, [(quota, its seats)], [(ticket, its quotas)]) of a list."""
    lines = text.split("\n")
    if lines[0] != FORMAT or lines.pop() != "":
        raise ValueError("this is no list of version 1")
    head, tickets, quotas, place = {}, [], [], 1
    while "tickets" not in head:
        name, _, rest = lines[place].partition(" ")
        if name == "quota":
            code, seats = rest.split(" ")[:2]
            quotas.append((code, int(seats)))
        else:
            head[name] = rest
        place += 1
    for line in lines[place:]:
        number, claims = line.split(" ")
        tickets.append((int(number), set() if claims == "-" else set(claims.split(","))))
    if [number for number, _ in tickets] != list(range(1, int(head["tickets"]) + 1)):
        raise ValueError("the tickets are not numbered from 1 to the last")
    return head["draw"], int(head["seats"]), quotas, tickets


def hold_draw(seats, quotas, tickets, seed):
    """[(ticket, place)] in the order of the draw."""
    value = {
        number: hmac.new(seed, str(number).encode(), hashlib.sha256).hexdigest() for number, _ in tickets
    }
    order = sorted(tickets, key=lambda ticket: (value[ticket[0]], ticket[0]))
    places = {}
    for code, left in quotas:  # first every quota, in the order of the list
        for number, claims in order:
            if left == 0 or len(places) == seats:
                break
            if code in claims and number not in places:
                places[number] = code
                left -= 1
    for number, _ in order:  # then everybody who is left
        if number not in places:
            places[number] = "general" if len(places) < seats else "waiting"
    return [(number, places[number]) for number, _ in order]


def main(path, list_hash, commitment, school_value, public_value):
    with open(path, "rb") as file:
        data = file.read()
    if sha256(data) != list_hash:
        sys.exit("NOT THE SAME LIST: its SHA-256 is " + sha256(data))
    if sha256(school_value.encode()) != commitment:
        sys.exit("NOT THE VALUE THE SCHOOL COMMITTED TO: its SHA-256 is " + sha256(school_value.encode()))
    draw, seats, quotas, tickets = read_list(data.decode())
    joined = "\n".join([FORMAT, list_hash, school_value, public_value, ""])
    seed = hashlib.sha256(joined.encode()).digest()
    lines = [FORMAT + " result", "draw " + draw, "list " + list_hash, "commitment " + commitment]
    lines += ["school-value " + school_value, "public-value " + public_value, "seed " + seed.hex()]
    drawn = hold_draw(seats, quotas, tickets, seed)
    lines += [f"{rank} {number} {place}" for rank, (number, place) in enumerate(drawn, start=1)]
    sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode())


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
